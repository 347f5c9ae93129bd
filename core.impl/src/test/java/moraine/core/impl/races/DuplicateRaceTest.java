package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.GPU0;
import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.driver.Block;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Point;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races between who duplicates a page for reading and who writes it, unmaps it or moves it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DuplicateRaceTest {
    private static final String WRITER = "writer";

    private final AtomicLong seen = new AtomicLong();

    private Block reader(long at) {
        return memory -> {
            seen.set(memory.getLong(at));
            return false;
        };
    }

    private static long readMostly(Stage stage) {
        long at = stage.written(1);
        stage.space.advise(at, Pages.SIZE, Advice.READ_MOSTLY);
        return at;
    }

    private void reads(Stage stage, long at, long value) {
        Stage.done(stage.launch("gpu0", reader(at)));
        assertThat(seen).hasValue(value);
    }

    /** A write comes while the page is copied: it waits, and then takes the copy away before it writes. */
    @Test
    void shouldWriteAfterTheCopyThatWasBegunBefore() {
        try (Stage stage = Stage.hidden()) {
            long at = readMostly(stage);
            long frame = stage.pfn(at);
            stage.gates.hold(Point.DUPLICATE_COPIED, GPU0);
            Launch launch = stage.launch("gpu0", reader(at));
            stage.gates.awaitHeld(Point.DUPLICATE_COPIED, GPU0);
            stage.cpu(WRITER, cpu -> cpu.putLong(at, 2));
            stage.awaitArrivals(2, Point.FAULT_LOOKED_UP, WRITER);
            assertThat(Pte.writable(stage.entry(at))).isFalse();
            stage.gates.release(Point.DUPLICATE_COPIED, GPU0);
            stage.gates.awaitEnd(WRITER);
            Stage.done(launch);

            reads(stage, at, 2);
            assertThat(stage.pfn(at)).isEqualTo(frame);
            assertThat(stage.machine.counter("cow.copied.pages")).isZero();
            assertThat(stage.machine.counter("duplicates.made.pages")).isPositive();
        }
    }

    /** A write has read the entry, read-only and not duplicated; then the page is duplicated, and the write goes on. */
    @Test
    void shouldNotWriteByAnEntryReadBeforeTheCopy() {
        try (Stage stage = Stage.hidden()) {
            long at = readMostly(stage);
            stage.space.mprotect(at, Pages.SIZE, Protection.READ);
            stage.space.mprotect(at, Pages.SIZE, Protection.READ_WRITE);
            stage.gates.hold(Point.FAULT_LOOKED_UP, WRITER);
            stage.cpu(WRITER, cpu -> cpu.putLong(at, 2));
            stage.gates.awaitHeld(Point.FAULT_LOOKED_UP, WRITER);
            reads(stage, at, 1);
            assertThat(stage.machine.counter("duplicates.pages")).isEqualTo(1);
            stage.gates.release(Point.FAULT_LOOKED_UP, WRITER);
            stage.gates.awaitEnd(WRITER);

            assertThat(stage.machine.counter("duplicates.pages")).isZero();
            reads(stage, at, 2);
        }
    }

    /** A write has announced that copies go, and not written yet: the device reads nothing until it has. */
    @Test
    void shouldDuplicateNothingBetweenAnnouncementAndWrite() {
        try (Stage stage = Stage.hidden()) {
            long at = readMostly(stage);
            reads(stage, at, 1);
            stage.gates.hold(Point.NOTIFIER_STARTED, WRITER);
            stage.cpu(WRITER, cpu -> cpu.putLong(at, 2));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, WRITER);
            assertThat(stage.machine.counter("duplicates.pages")).isZero();
            Launch launch = stage.launch("gpu0", reader(at));
            stage.gates.awaitWithin(GPU0, "Notifiers.awaitChange");
            assertThat(stage.machine.counter("duplicates.pages")).isZero();
            stage.gates.release(Point.NOTIFIER_STARTED, WRITER);
            stage.gates.awaitEnd(WRITER);
            Stage.done(launch);

            reads(stage, at, 2);
        }
    }

    /** A fork's child writes, so that the entry is exchanged, announced before the copy is installed. */
    @Test
    void shouldInstallNoCopyOfAPageThatIsBeingExchanged() {
        try (Stage stage = Stage.hidden()) {
            long at = readMostly(stage);
            var child = stage.space.fork("child");
            stage.gates.hold(Point.DUPLICATE_COPIED, GPU0);
            Launch launch = stage.launch("gpu0", reader(at));
            stage.gates.awaitHeld(Point.DUPLICATE_COPIED, GPU0);
            stage.gates.hold(Point.NOTIFIER_STARTED, WRITER);
            stage.cpu(WRITER, cpu -> cpu.putLong(at, 2));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, WRITER);
            stage.gates.release(Point.DUPLICATE_COPIED, GPU0);
            stage.gates.awaitWithin(GPU0, "Notifiers.awaitChange");
            assertThat(stage.machine.counter("duplicates.pages")).isZero();
            stage.gates.release(Point.NOTIFIER_STARTED, WRITER);
            stage.gates.awaitEnd(WRITER);
            Stage.done(launch);

            reads(stage, at, 2);
            assertThat(Stage.read((SpaceImpl) child, at)).isEqualTo(1);
        }
    }

    /** The page is asked to move while it is copied: it stays, and moves after. */
    @Test
    void shouldNotMoveAPageThatIsBeingDuplicated() {
        try (Stage stage = Stage.reachable()) {
            long at = readMostly(stage);
            stage.gates.hold(Point.DUPLICATE_COPIED, GPU0);
            Launch launch = stage.launch("gpu0", reader(at));
            stage.gates.awaitHeld(Point.DUPLICATE_COPIED, GPU0);
            assertThat(stage.migrate(at, 1, NEAR)).isZero();
            stage.gates.release(Point.DUPLICATE_COPIED, GPU0);
            Stage.done(launch);

            assertThat(stage.machine.counter("duplicates.pages")).isEqualTo(1);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            assertThat(stage.machine.counter("duplicates.pages")).isZero();
            reads(stage, at, 1);
        }
    }

    /** An eviction has found a copy by its frame when a write takes it away: it is dropped once. */
    @Test
    void shouldDropACopyOnceThatIsEvictedAndWritten() {
        try (Stage stage = Stage.hidden()) {
            long at = readMostly(stage);
            reads(stage, at, 1);
            long copy = Pte.pfn(Objects.requireNonNull(stage.space.devices().table(NEAR))
                    .table()
                    .get(page(at, 0)));
            stage.gates.hold(Point.NOTIFIER_STARTED, WRITER);
            stage.cpu(WRITER, cpu -> cpu.putLong(at, 2));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, WRITER);
            assertThat(stage.evict(NEAR, copy)).isZero();
            stage.gates.release(Point.NOTIFIER_STARTED, WRITER);
            stage.gates.awaitEnd(WRITER);

            reads(stage, at, 2);
            assertThat(stage.machine.counter("duplicates.evicted.pages")).isZero();
        }
    }
}

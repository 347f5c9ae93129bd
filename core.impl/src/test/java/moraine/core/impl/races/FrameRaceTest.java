package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.model.Advice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Races between who refers to a frame and who gives it up, shares it or splits it: h, i, n. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FrameRaceTest {
    private final AtomicLong moved = new AtomicLong(-1);
    private final AtomicReference<@Nullable SpaceImpl> forked = new AtomicReference<>();

    private SpaceImpl fork(Stage stage) {
        return (SpaceImpl) stage.space.fork("child");
    }

    /** Race h: a space forks while its page is being evicted; both sides keep the content, and a write parts them. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"EVICT_HELD", "MIGRATE_COLLECTED", "MIGRATE_UNMAPPED", "MIGRATE_COPIED", "MIGRATE_MOVED"})
    void shouldForkWhileAPageMoves(Point where) {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(1);
            stage.toDevice("gpu0", at, 1);
            long frame = stage.pfn(at);
            stage.gates.hold(where, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(where, "evictor");
            stage.gates.hold(Point.FORK_COPYING, "forker");
            stage.gates.start("forker", () -> forked.set(fork(stage)));
            stage.gates.awaitHeld(Point.FORK_COPYING, "forker");
            stage.gates.release(where, "evictor");
            stage.gates.awaitEnd("evictor");
            stage.gates.release(Point.FORK_COPYING, "forker");
            stage.gates.awaitEnd("forker");
            SpaceImpl child = Objects.requireNonNull(forked.get(), "no fork");

            assertThat(stage.entry(at)).isEqualTo(child.table().get(at));
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.PRESENT);
            assertThat(Pte.writable(stage.entry(at))).isFalse();
            assertThat(moved).hasValue(1);
            stage.write(at, 2);
            assertThat(Stage.read(child, at)).isEqualTo(1);
            Stage.write(child, at, 3);
            assertThat(stage.read(at)).isEqualTo(2);
        }
    }

    /** Race h: pages of both halves are evicted while a fork has copied the first half. */
    @Test
    void shouldMovePagesWhileAForkHasCopiedSome() {
        try (Stage stage = Stage.hidden()) {
            long first = stage.written(1);
            long second = stage.written(1);
            stage.toDevice("gpu0", first, 1);
            stage.toDevice("gpu0", second, 1);
            stage.gates.hold(Point.FORK_COPYING, "forker");
            stage.gates.start("forker", () -> forked.set(fork(stage)));
            stage.gates.awaitHeld(Point.FORK_COPYING, "forker");
            assertThat(stage.evict(NEAR, stage.pfn(first))).isEqualTo(1);
            assertThat(stage.evict(NEAR, stage.pfn(second))).isEqualTo(1);
            stage.gates.release(Point.FORK_COPYING, "forker");
            stage.gates.awaitEnd("forker");

            SpaceImpl child = Objects.requireNonNull(forked.get(), "no fork");
            Stage.write(child, first, 8);
            Stage.write(child, second, 9);
            assertThat(stage.read(first)).isEqualTo(1);
            assertThat(stage.read(second)).isEqualTo(1);
            assertThat(Stage.read(child, first)).isEqualTo(8);
        }
    }

    /** Race h: a page moves while a write has copied it and not yet exchanged it. */
    @Test
    void shouldNotMoveAPageThatAWriteIsCopying() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            long frame = stage.pfn(at);
            SpaceImpl child = fork(stage);
            stage.gates.hold(Point.COPY_READY, "writer");
            stage.cpu("writer", cpu -> cpu.putLong(at + Long.BYTES, 2));
            stage.gates.awaitHeld(Point.COPY_READY, "writer");
            assertThat(stage.evict(NEAR, frame)).isZero();
            assertThat(stage.pfn(at)).isEqualTo(frame);
            stage.gates.release(Point.COPY_READY, "writer");
            stage.gates.awaitEnd("writer");

            assertThat(stage.read(at)).isEqualTo(1);
            assertThat(stage.read(at + Long.BYTES)).isEqualTo(2);
            assertThat(Stage.read(child, at + Long.BYTES)).isZero();
            assertThat(stage.machine.counter("cow.copied.pages")).isEqualTo(1);
        }
    }

    /** Race h: the frame that a write read in its entry becomes another page before the write refers to it. */
    @Test
    void shouldNotCopyAFrameThatBecameAnotherPage() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            long frame = stage.pfn(at);
            SpaceImpl child = fork(stage);
            stage.gates.hold(Point.FAULT_LOOKED_UP, "writer");
            stage.cpu("writer", cpu -> cpu.putLong(at + Long.BYTES, 2));
            stage.gates.awaitHeld(Point.FAULT_LOOKED_UP, "writer");
            assertThat(stage.evict(NEAR, frame)).isEqualTo(1);
            var stranger = (SpaceImpl) stage.machine.openSpace("stranger");
            long other = stage.occupy(stranger, frame);
            SpaceImpl second = (SpaceImpl) stranger.fork("stranger's child");
            stage.gates.release(Point.FAULT_LOOKED_UP, "writer");
            stage.gates.awaitEnd("writer");

            assertThat(stage.read(at)).isEqualTo(1);
            assertThat(stage.read(at + Long.BYTES)).isEqualTo(2);
            assertThat(Stage.read(child, at)).isEqualTo(1);
            assertThat(Stage.read(stranger, other)).isEqualTo(99);
            assertThat(Stage.read(second, other)).isEqualTo(99);
        }
    }

    /** Race i: the page is unmapped between an eviction's look at its frame and its reference. */
    @Test
    void shouldTakeNoReferenceOfAPageThatIsGone() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(2);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            long frame = stage.pfn(at);
            stage.gates.hold(Point.FRAME_LOOKED_UP, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(Point.FRAME_LOOKED_UP, "evictor");
            stage.space.munmap(at, Pages.SIZE);
            stage.gates.release(Point.FRAME_LOOKED_UP, "evictor");
            stage.gates.awaitEnd("evictor");

            assertThat(moved).hasValue(0);
            assertThat(stage.rooms.frames.refs(frame)).isZero();
            assertThat(stage.read(page(at, 1))).isEqualTo(2);
        }
    }

    /** A page is advised free while it is being evicted: the frame that is marked is the page's, or none. */
    @Test
    void shouldMarkNoFrameThatIsNoLongerThePages() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(2);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            long frame = stage.pfn(at);
            stage.gates.hold(Point.LAZY_MARKED, "adviser");
            stage.gates.start("adviser", () -> stage.space.advise(at, Pages.SIZE, Advice.FREE));
            stage.gates.awaitHeld(Point.LAZY_MARKED, "adviser");
            moved.set(stage.evict(NEAR, frame));
            stage.gates.release(Point.LAZY_MARKED, "adviser");
            stage.gates.awaitEnd("adviser");

            assertThat(moved).hasValue(0);
            assertThat(stage.pfn(at)).isEqualTo(frame);
            assertThat(stage.rooms.frames.flag(frame, Frames.LAZY)).isTrue();
            assertThat(stage.read(page(at, 1))).isEqualTo(2);
        }
    }

    /** Two spaces share a page, one entry of it is on its way, and the other's space advises it free. */
    @Test
    void shouldMarkNoPageThatSomebodyElseHasOnItsWay() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            long frame = stage.pfn(at);
            var child = (SpaceImpl) stage.space.fork("child");
            stage.gates.hold(Point.NOTIFIER_STARTED, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, "evictor");
            stage.gates.hold(Point.NOTIFIER_STARTED, "evictor");
            stage.gates.release(Point.NOTIFIER_STARTED, "evictor");
            stage.awaitArrivals(2, Point.NOTIFIER_STARTED, "evictor");
            boolean first = Pte.kind(stage.entry(at)) == Pte.MIGRATING;
            SpaceImpl adviser = first ? child : stage.space;
            assertThat(Pte.kind(adviser.table().get(at))).isEqualTo(Pte.PRESENT);

            stage.gates.hold(Point.LAZY_MARKED, "adviser");
            var advised = new AtomicBoolean();
            stage.gates.start("adviser", () -> {
                adviser.advise(at, Pages.SIZE, Advice.FREE);
                advised.set(true);
            });
            stage.gates.until(
                    "the advice is taken, or about to be",
                    () -> advised.get() || stage.gates.arrivals(Point.LAZY_MARKED, "adviser") > 0);
            stage.gates.release(Point.NOTIFIER_STARTED, "evictor");
            stage.gates.awaitEnd("evictor");
            stage.gates.release(Point.LAZY_MARKED, "adviser");
            stage.gates.awaitEnd("adviser");

            stage.evict(NEAR, frame);
            assertThat(Stage.read(first ? stage.space : child, at)).isEqualTo(1);
        }
    }

    /** Race i: the page is unmapped while an eviction refers to it; the frame is freed once, by the last. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"EVICT_HELD", "MIGRATE_COLLECTED", "MIGRATE_UNMAPPED", "MIGRATE_COPIED", "MIGRATE_MOVED"})
    void shouldFreeAPageOnceThatIsUnmappedUnderEviction(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(2);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            long frame = stage.pfn(at);
            long free = stage.rooms.allocator.freePages(NEAR);
            stage.gates.hold(where, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(where, "evictor");
            stage.space.munmap(at, Pages.SIZE);
            assertThat(stage.rooms.allocator.freePages(NEAR)).isEqualTo(free);
            stage.gates.release(where, "evictor");
            stage.gates.awaitEnd("evictor");

            assertThat(stage.rooms.frames.refs(frame)).isZero();
            assertThat(stage.rooms.allocator.freePages(NEAR)).isEqualTo(free + 1);
            assertThat(stage.read(page(at, 1))).isEqualTo(2);
        }
    }

    /** Race n: a folio that a migration read whole is split before the migration holds it. */
    @Test
    void shouldNotMoveAFolioWholeThatWasSplit() {
        try (Stage stage = Stage.hiddenLarge()) {
            long at = large(stage);
            SpaceImpl child = fork(stage);
            stage.gates.hold(Point.FRAME_LOOKED_UP, "evictor");
            long head = stage.pfn(at);
            stage.gates.start("evictor", () -> moved.set(stage.evict(RAM, head)));
            stage.gates.awaitHeld(Point.FRAME_LOOKED_UP, "evictor");
            child.munmap(page(at, 1), Pages.SIZE);
            assertThat(stage.machine.counter("folio.splits")).isEqualTo(1);
            stage.gates.release(Point.FRAME_LOOKED_UP, "evictor");
            stage.gates.awaitEnd("evictor");

            assertThat(moved.get()).isLessThanOrEqualTo(1);
            assertLarge(stage, at, child);
        }
    }

    /** Race n: as before, where a migration by address holds the parent space, and comes again for the pages. */
    @Test
    void shouldNotTakeAFolioWholeThatWasSplit() {
        try (Stage stage = Stage.reachableLarge()) {
            long at = large(stage);
            SpaceImpl child = fork(stage);
            stage.gates.hold(Point.FRAME_LOOKED_UP, "migrator");
            stage.gates.start("migrator", () -> moved.set(stage.migrate(at, Pages.PER_LARGE, NEAR)));
            stage.gates.awaitHeld(Point.FRAME_LOOKED_UP, "migrator");
            child.munmap(page(at, 1), Pages.SIZE);
            assertThat(stage.machine.counter("folio.splits")).isEqualTo(1);
            stage.gates.release(Point.FRAME_LOOKED_UP, "migrator");
            stage.gates.awaitEnd("migrator");

            assertThat(moved).hasValue(Pages.PER_LARGE);
            assertThat(stage.machine.counter("migrate.large.folios")).isZero();
            assertLarge(stage, at, child);
        }
    }

    /** Race n: a folio is to be split while a migration holds it whole; the splitter waits and splits what came. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"EVICT_HELD", "MIGRATE_COLLECTED", "MIGRATE_UNMAPPED", "MIGRATE_COPIED", "MIGRATE_MOVED"})
    void shouldSplitAFolioAfterTheMigrationThatHoldsIt(Point where) {
        try (Stage stage = Stage.hiddenLarge()) {
            long at = large(stage);
            SpaceImpl child = fork(stage);
            long head = stage.pfn(at);
            stage.gates.hold(where, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(RAM, head)));
            stage.gates.awaitHeld(where, "evictor");
            stage.gates.start("splitter", () -> child.munmap(page(at, 1), Pages.SIZE));
            stage.gates.awaitWithin("splitter", "Unmapper.makeDivisible");
            stage.gates.release(where, "evictor");
            stage.gates.awaitEnd("evictor");
            stage.gates.awaitEnd("splitter");

            assertThat(moved).hasValue(Pages.PER_LARGE);
            assertThat(stage.machine.counter("folio.splits")).isEqualTo(1);
            assertLarge(stage, at, child);
        }
    }

    /** Race n: a migration meets a folio that is being split; it leaves it, and moves its pages afterwards. */
    @Test
    void shouldLeaveAFolioThatIsBeingSplit() {
        try (Stage stage = Stage.hiddenLarge()) {
            long at = large(stage);
            SpaceImpl child = fork(stage);
            long head = stage.pfn(at);
            stage.gates.hold(Point.FOLIO_SPLIT, "splitter");
            stage.gates.start("splitter", () -> child.munmap(page(at, 1), Pages.SIZE));
            stage.gates.awaitHeld(Point.FOLIO_SPLIT, "splitter");
            assertThat(stage.evict(RAM, head)).isZero();
            stage.gates.release(Point.FOLIO_SPLIT, "splitter");
            stage.gates.awaitEnd("splitter");

            assertThat(stage.evict(RAM, head)).isEqualTo(1);
            assertLarge(stage, at, child);
        }
    }

    private static long large(Stage stage) {
        long at = stage.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            stage.write(page(at, i), i + 1);
        }
        assertThat(Pte.large(stage.entry(at))).isTrue();
        return at;
    }

    private static void assertLarge(Stage stage, long at, SpaceImpl child) {
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            assertThat(stage.read(page(at, i))).isEqualTo(i + 1);
            if (i != 1) {
                assertThat(Stage.read(child, page(at, i))).isEqualTo(i + 1);
            }
        }
        stage.write(at, 1000);
        assertThat(Stage.read(child, at)).isEqualTo(1);
    }
}

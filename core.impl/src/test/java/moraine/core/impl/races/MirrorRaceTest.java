package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.GPU0;
import static moraine.core.impl.races.Stage.GPU1;
import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.done;
import static moraine.core.impl.races.Stage.outcome;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Point;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races between devices' translations and what takes them away: a, b, c, k, l, m. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MirrorRaceTest {
    private final AtomicLong seen = new AtomicLong(-1);

    private Launch reader(Stage stage, String device, long address) {
        return stage.launch(device, memory -> {
            seen.set(memory.getLong(address));
            return false;
        });
    }

    /** Race a: the page read is copied away by a write before its translation is installed. */
    @Test
    void shouldReadAgainWhenAnInvalidationComesBeforeTheInstall() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Launch launch = reader(stage, "gpu0", at);
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);

            var child = (SpaceImpl) stage.space.fork("child");
            stage.write(at, 2);
            Stage.write(child, at, 3);
            stage.gates.release(Point.RANGE_READ, GPU0);

            done(launch);
            assertThat(seen).hasValue(2);
            assertThat(Stage.read(child, at)).isEqualTo(3);
            assertThat(stage.machine.counter("device.retries")).isEqualTo(1);
        }
    }

    /** Race b: every reading is overtaken, until the range fault gives up in time; then the block faults again. */
    @Test
    void shouldGiveUpInTimeWhenInvalidationsKeepComing() {
        try (Stage stage = Stage.reachable(/* rangeTimeoutMs= */ 1000)) {
            long at = stage.written(1);
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Launch launch = reader(stage, "gpu0", at);
            long replays = stage.driver("gpu0").replays.get();
            int storms = 0;
            long begun = System.nanoTime();
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);
            while (stage.driver("gpu0").replays.get() == replays) {
                storms++;
                stage.space.mprotect(at, Pages.SIZE, Protection.READ);
                stage.space.mprotect(at, Pages.SIZE, Protection.READ_WRITE);
                stage.gates.hold(Point.RANGE_READ, GPU0);
                stage.gates.release(Point.RANGE_READ, GPU0);
                stage.gates.awaitHeld(Point.RANGE_READ, GPU0);
                assertThat(System.nanoTime() - begun).as("one range fault").isLessThan(20_000_000_000L);
            }
            stage.gates.release(Point.RANGE_READ, GPU0);

            done(launch);
            assertThat(seen).hasValue(1);
            assertThat(stage.machine.counter("device.retries")).isGreaterThanOrEqualTo(storms);
            assertThat(stage.machine.counter("device.batches")).isEqualTo(2);
        }
    }

    /** Race c: the page is unmapped, and its frame used anew, while a device is about to map it. */
    @Test
    void shouldFailADeviceReadOfAPageThatIsUnmapped() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(2);
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Launch launch = reader(stage, "gpu0", at);
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);

            stage.space.munmap(at, Pages.SIZE);
            long anew = stage.written(4);
            stage.gates.release(Point.RANGE_READ, GPU0);

            assertThat(outcome(launch)).isEqualTo(Errno.EFAULT);
            assertThat(seen).hasValue(-1);
            assertThat(stage.read(page(at, 1))).isEqualTo(2);
            assertThat(stage.read(page(anew, 3))).isEqualTo(4);
        }
    }

    /** Race c: a device that has the translation loses it before the page goes. */
    @Test
    void shouldTakeTheTranslationBeforeThePageIsUnmapped() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            done(reader(stage, "gpu0", at));
            stage.gates.hold(Point.NOTIFIER_STARTED, "unmapper");
            stage.gates.start("unmapper", () -> stage.space.munmap(at, Pages.SIZE));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, "unmapper");

            assertThat(stage.entry(at)).isNotEqualTo(Pte.NONE);
            assertThat(stage.table(NEAR).table().get(at)).isEqualTo(Pte.NONE);
            seen.set(-1);
            Launch launch = reader(stage, "gpu0", at);
            stage.gates.awaitWithin(GPU0, "Notifiers.readBegin");
            stage.gates.release(Point.NOTIFIER_STARTED, "unmapper");

            assertThat(outcome(launch)).isEqualTo(Errno.EFAULT);
            assertThat(seen).hasValue(-1);
        }
    }

    /** Race c: the page moves to another address while a device is about to map it. */
    @Test
    void shouldFollowAPageThatMovesDuringADeviceRead() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(2);
            stage.space.mmap(MapRequest.anonymous(Pages.SIZE).at(page(at, 2)));
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Launch launch = reader(stage, "gpu0", at);
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);

            stage.gates.hold(Point.NOTIFIER_STARTED, "mover");
            var moved = new AtomicLong();
            stage.gates.start(
                    "mover",
                    () -> moved.set(stage.space.mremap(at, 2 * Pages.SIZE, 3 * Pages.SIZE, /* mayMove= */ true)));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, "mover");
            assertThat(outcome(() -> stage.read(at))).isEqualTo(Errno.EFAULT);
            stage.gates.release(Point.RANGE_READ, GPU0);
            stage.gates.awaitWithin(GPU0, "Notifiers.awaitChange");
            stage.gates.release(Point.NOTIFIER_STARTED, "mover");
            stage.gates.awaitEnd("mover");

            assertThat(outcome(launch)).isEqualTo(Errno.EFAULT);
            assertThat(seen).hasValue(-1);
            assertThat(moved.get()).isNotEqualTo(at);
            done(reader(stage, "gpu0", moved.get()));
            assertThat(seen).hasValue(1);
            assertThat(stage.read(page(moved.get(), 1))).isEqualTo(2);
        }
    }

    /** Race k: a device subscribes while an invalidation that others were told of has changed nothing yet. */
    @Test
    void shouldMakeADeviceThatComesDuringAnInvalidationWait() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            done(reader(stage, "gpu0", at));
            comeDuringAMigration(stage, at);
        }
    }

    /** Race k: as before, when nobody had subscribed. */
    @Test
    void shouldMakeTheFirstDeviceThatComesDuringAnInvalidationWait() {
        try (Stage stage = Stage.reachable()) {
            comeDuringAMigration(stage, stage.written(1));
        }
    }

    private void comeDuringAMigration(Stage stage, long at) {
        stage.gates.hold(Point.NOTIFIER_STARTED, "writer");
        var child = (SpaceImpl) stage.space.fork("child");
        stage.cpu("writer", cpu -> cpu.putLong(at, 2));
        stage.gates.awaitHeld(Point.NOTIFIER_STARTED, "writer");
        seen.set(-1);
        Launch launch = reader(stage, "gpu1", at);
        stage.gates.awaitWithin(GPU1, "Notifiers.awaitChange");
        stage.gates.release(Point.NOTIFIER_STARTED, "writer");
        stage.gates.awaitEnd("writer");

        done(launch);
        // The copy is there before the store is made, so the first look may come between; what it went by must hold.
        assertThat(seen.get()).isIn(1L, 2L);
        done(reader(stage, "gpu1", at));
        assertThat(seen).hasValue(2);
        assertThat(Stage.read(child, at)).isEqualTo(1);
    }

    /** Race k: a device goes while an invalidation runs that it was told of. */
    @Test
    void shouldKeepADeviceThatGoesUntilTheInvalidationEnds() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            done(reader(stage, "gpu0", at));
            var child = (SpaceImpl) stage.space.fork("child");
            stage.gates.hold(Point.NOTIFIER_STARTED, "writer");
            stage.cpu("writer", cpu -> cpu.putLong(at, 2));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, "writer");
            stage.gates.start("remover", () -> stage.providers.drivers().remove(stage.drivers));
            stage.gates.awaitWithin("remover", "Notifiers.awaitChange");
            assertThat(stage.gates.arrivals(Point.REMOVAL_MARKED, "remover")).isZero();
            stage.gates.release(Point.NOTIFIER_STARTED, "writer");

            stage.gates.awaitEnd("remover");
            stage.gates.awaitEnd("writer");
            assertThat(stage.read(at)).isEqualTo(2);
            assertThat(Stage.read(child, at)).isEqualTo(1);
            assertThat(stage.space.devices().all()).isEmpty();
        }
    }

    /** Race l: an invalidation that may not wait finds a device at work, and undoes what it began. */
    @Test
    void shouldUndoAnInvalidationThatMayNotWait() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            done(reader(stage, "gpu0", at));
            done(reader(stage, "gpu1", at));
            DeviceTable busy = stage.table(Stage.OTHER);
            Notifiers notifiers = stage.space.notifiers();
            var begun = new AtomicBoolean(true);
            busy.lock();
            try {
                stage.within(
                        "an invalidation that may not wait",
                        () -> begun.set(notifiers.start(
                                Notifiers.Event.CLEAR, at, at + Pages.SIZE, null, /* blockable= */ false)));
            } finally {
                busy.unlock();
            }

            assertThat(begun).isFalse();
            assertThat(notifiers.quiet()).isTrue();
            assertThat(busy.table().get(at)).isNotEqualTo(Pte.NONE);
            assertThat(stage.table(NEAR).table().get(at)).isEqualTo(Pte.NONE);
            stage.write(at, 7);
            for (String device : List.of("gpu0", "gpu1")) {
                seen.set(-1);
                done(reader(stage, device, at));
                assertThat(seen).hasValue(7);
            }
        }
    }

    /** Race m: memory is recycled without a call; the page stays where it is, and nobody faults or reads again. */
    @Test
    void shouldKeepThePageOfAnAddressWhoseContentIsRecycled() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Launch launch = reader(stage, "gpu0", at);
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);
            stage.write(at, 2);
            stage.gates.release(Point.RANGE_READ, GPU0);
            done(launch);
            assertThat(seen).hasValue(2);
            assertThat(stage.machine.counter("device.retries")).isZero();

            long frame = stage.pfn(at);
            long faults = stage.machine.counter("device.faults");
            long taken = stage.driver("gpu0").invalidations.get();
            for (int owner = 3; owner < 100; owner++) {
                stage.write(at, owner);
                done(reader(stage, "gpu0", at));
                assertThat(seen).hasValue(owner);
            }
            assertThat(stage.pfn(at)).isEqualTo(frame);
            assertThat(stage.node(at)).isEqualTo(RAM);
            assertThat(stage.machine.counter("device.faults")).isEqualTo(faults);
            assertThat(stage.driver("gpu0").invalidations).hasValue(taken);
        }
    }
}

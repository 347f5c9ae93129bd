package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.done;
import static moraine.core.impl.races.Stage.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Snapshot;
import moraine.core.api.time.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races a and b as a snapshot has them, and what it shows of a page that another device has alone. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SnapshotRaceTest {
    private static final String TAKER = "taker";

    private final AtomicReference<byte[]> bytes = new AtomicReference<>();
    private final AtomicReference<Errno> ended = new AtomicReference<>();

    private void take(Stage stage, long at) {
        stage.gates.start(
                TAKER,
                () -> ended.set(
                        outcome(() -> bytes.set(stage.machine.device("gpu0").snapshot(stage.space, at, Pages.SIZE)))));
    }

    /** Writes are forbidden between the reading and its proof. */
    @Test
    void shouldReadAgainWhenAnInvalidationComesBeforeTheProof() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            stage.gates.hold(Point.RANGE_READ, TAKER);
            take(stage, at);
            stage.gates.awaitHeld(Point.RANGE_READ, TAKER);

            stage.space.mprotect(at, Pages.SIZE, Protection.READ);
            stage.gates.release(Point.RANGE_READ, TAKER);

            stage.gates.awaitEnd(TAKER);
            assertThat(bytes.get()).containsExactly(Snapshot.READ);
            assertThat(stage.machine.counter("device.retries")).isEqualTo(1);
        }
    }

    /** Every reading is overtaken. */
    @Test
    void shouldGiveUpInTimeWhenInvalidationsKeepComing() {
        try (Stage stage = Stage.reachable(/* rangeTimeoutMs= */ 1000)) {
            long at = stage.written(1);
            stage.gates.hold(Point.RANGE_READ, TAKER);
            take(stage, at);
            stage.gates.awaitHeld(Point.RANGE_READ, TAKER);
            while (ended.get() == null) {
                stage.space.mprotect(at, Pages.SIZE, Protection.READ);
                stage.space.mprotect(at, Pages.SIZE, Protection.READ_WRITE);
                int arrivals = stage.gates.arrivals(Point.RANGE_READ, TAKER);
                stage.gates.hold(Point.RANGE_READ, TAKER);
                stage.gates.release(Point.RANGE_READ, TAKER);
                stage.gates.until(
                        "it reads again or gives up",
                        () -> ended.get() != null || stage.gates.arrivals(Point.RANGE_READ, TAKER) > arrivals);
            }
            stage.gates.release(Point.RANGE_READ, TAKER);

            assertThat(ended).hasValue(Errno.EBUSY);
            assertThat(bytes).hasValue(null);
        }
    }

    @Test
    void shouldShowNothingOfAPageThatADeviceHasAlone() {
        try (Stage stage = Stage.exclusive()) {
            long at = stage.written(1);
            Launch launch = stage.launch("gpu1", memory -> {
                memory.getAndAddLong(at, 1);
                return false;
            });
            done(launch);

            for (String device : new String[] {"gpu0", "gpu1"}) {
                assertThat(stage.machine.device(device).snapshot(stage.space, at, Pages.SIZE))
                        .containsExactly(Snapshot.NONE);
            }
        }
    }
}

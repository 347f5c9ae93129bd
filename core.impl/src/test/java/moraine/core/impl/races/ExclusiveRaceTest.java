package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.OTHER;
import static moraine.core.impl.races.Stage.actor;
import static moraine.core.impl.races.Stage.done;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.host.Launch;
import moraine.core.api.time.Point;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Race p: two devices want one page for themselves. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ExclusiveRaceTest {
    private static final int ROUNDS = 4;

    private static Launch adder(Stage stage, String device, long address) {
        return stage.launch(device, memory -> {
            memory.getAndAddLong(address, 1);
            return false;
        });
    }

    private static int node(String device) {
        return device.equals("gpu0") ? NEAR : OTHER;
    }

    private static boolean atomic(Stage stage, String device, long address) {
        return (stage.table(node(device)).table().get(address) & Pte.ATOMIC) != 0;
    }

    /** The second asks while the first has marked the page and not got it; it gets the page after the first. */
    @ParameterizedTest
    @CsvSource({"gpu0, gpu1", "gpu1, gpu0"})
    void shouldLeaveAPageToTheDeviceThatIsTakingIt(String first, String second) {
        try (Stage stage = Stage.exclusive()) {
            long at = stage.written(1);
            stage.gates.hold(Point.EXCLUSIVE_MARKED, actor(first));
            Launch one = adder(stage, first, at);
            stage.gates.awaitHeld(Point.EXCLUSIVE_MARKED, actor(first));
            long waits = stage.machine.counter("cpu.waits");
            Launch two = adder(stage, second, at);
            stage.gates.until(second + " finds the page held", () -> stage.machine.counter("cpu.waits") > waits);

            assertThat(stage.gates.arrivals(Point.EXCLUSIVE_MARKED, actor(second)))
                    .isZero();
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.EXCLUSIVE);
            assertThat(atomic(stage, first, at) || atomic(stage, second, at)).isFalse();
            stage.gates.release(Point.EXCLUSIVE_MARKED, actor(first));

            done(one);
            done(two);
            assertThat(stage.read(at)).isEqualTo(3);
        }
    }

    /** Each takes the page that the other has, again and again: one has it at a time, and no addition is lost. */
    @ParameterizedTest
    @CsvSource({"gpu0, gpu1", "gpu1, gpu0"})
    void shouldTakeAPageFromTheDeviceThatHasIt(String first, String second) {
        try (Stage stage = Stage.exclusive()) {
            long at = stage.written(1);
            done(adder(stage, second, at));
            for (int round = 0; round < ROUNDS; round++) {
                take(stage, at, first, second);
                take(stage, at, second, first);
            }
            assertThat(stage.read(at)).isEqualTo(2 + 2 * ROUNDS);
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.PRESENT);
        }
    }

    private static void take(Stage stage, long at, String taker, String holder) {
        assertThat(atomic(stage, holder, at)).isTrue();
        stage.gates.hold(Point.EXCLUSIVE_MARKED, actor(taker));
        Launch launch = adder(stage, taker, at);
        stage.gates.awaitHeld(Point.EXCLUSIVE_MARKED, actor(taker));
        assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.EXCLUSIVE);
        assertThat(atomic(stage, holder, at)).as(holder + " still has it").isFalse();
        stage.gates.release(Point.EXCLUSIVE_MARKED, actor(taker));
        done(launch);
        assertThat(atomic(stage, taker, at)).isTrue();
    }
}

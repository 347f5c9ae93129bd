package moraine.core.impl.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Four CPU threads and two devices at once. {@code -Dmoraine.random.operations} says how many operations (200,000),
 * {@code -Dmoraine.random.seed} from which seed.
 */
final class RandomTest {
    private static final long OPERATIONS = Long.getLong("moraine.random.operations", 200_000);

    @Test
    void shouldLoseNothingWhileEverythingHappensAtOnce() throws InterruptedException {
        long seed = Long.getLong("moraine.random.seed", System.nanoTime());
        try (var run = new RandomRun(seed, OPERATIONS)) {
            Overlaps overlaps = run.play();
            run.end();
            System.out.println("random: seed " + seed + ", " + run.done() + " operations "
                    + Arrays.toString(run.shares()) + ", " + overlaps);
            assertThat(run.done()).isGreaterThanOrEqualTo(OPERATIONS);
            assertThat(overlaps.missing())
                    .as("what never happened in " + overlaps)
                    .isEmpty();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    e.getMessage() + "\nrepeat with -Dmoraine.random.seed=" + seed + " -Dmoraine.random.operations="
                            + OPERATIONS,
                    e);
        }
    }
}

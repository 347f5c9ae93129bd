package moraine.core.impl.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One actor against a plain model, from many seeds; {@code -Dmoraine.random.seed} says which one alone. */
final class SingleActorTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 1_000;

    private static String play(long seed) {
        try (var run = new SingleRun(seed)) {
            run.play(STEPS);
            run.end();
            return run.log();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dmoraine.random.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    @Test
    void shouldAgreeWithAPlainModelStepByStep() {
        Long only = Long.getLong("moraine.random.seed");
        long first = only == null ? 1 : only;
        long last = only == null ? SEEDS : only;
        for (long seed = first; seed <= last; seed++) {
            assertThat(play(seed)).isNotEmpty();
        }
    }

    @Test
    void shouldDoTheSameFromTheSameSeed() {
        assertThat(play(17)).isEqualTo(play(17));
    }
}

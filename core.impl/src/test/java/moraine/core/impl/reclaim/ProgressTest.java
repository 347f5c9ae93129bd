package moraine.core.impl.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much is taken out of memory for those who do not go on. */
final class ProgressTest {
    private static final int PASSES = 3;
    private static final long THERE = 100;

    private final Progress progress = new Progress(PASSES);
    private long steps;

    private void rounds(int count, long pages) {
        for (int i = 0; i < count; i++) {
            assertThat(progress.futile()).as("futile after " + i + " rounds").isFalse();
            progress.round(pages, THERE);
        }
    }

    @Test
    void shouldNeverBeFutileForThoseWhoNeedOnePageAtATime() {
        rounds(1000, THERE);
        assertThat(progress.rounds()).as("rounds that turn to another node").isZero();
    }

    @Test
    void shouldBeFutileWhenAllWasTakenSoManyTimes() {
        progress.countedBy(() -> steps);
        rounds(2 * PASSES, THERE / 2);
        assertThat(progress.futile()).isTrue();
    }

    @Test
    void shouldBeginAnewWhenAStepEnds() {
        progress.countedBy(() -> steps);
        for (steps = 0; steps < 100; steps++) {
            rounds(PASSES - 1, THERE);
            assertThat(progress.rounds()).isEqualTo(PASSES - 1);
        }
    }
}

package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import moraine.core.api.model.Cause;
import org.junit.jupiter.api.Test;

final class HistoryTest {
    private static final List<Cause> CAUSES = List.of(Cause.values());
    private static final long LONGEST_NS = ((1L << 39) - 1) << 12;

    @Test
    void shouldGiveBackWhatWasPacked() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long since = random.nextLong(LONGEST_NS);
            int mover = random.nextInt(256);
            Cause cause = CAUSES.get(random.nextInt(CAUSES.size()));
            int previous = random.nextInt(65) - 1;
            long cost = random.nextLong(1L << random.nextInt(1, 31));

            long word = History.pack(since, mover, cause, previous, cost);

            assertThat(History.sinceNs(word)).isEqualTo(since - since % 4096);
            assertThat(History.mover(word)).isEqualTo(mover);
            assertThat(History.cause(word)).isEqualTo(cause);
            assertThat(History.previousNode(word)).isEqualTo(previous);
            assertThat(History.costNs(word)).isEqualTo(Long.highestOneBit(cost));
        }
    }

    @Test
    void shouldSaturateInsteadOfWrapping() {
        long word = History.pack(Long.MAX_VALUE, 255, Cause.DRIVER, 63, Long.MAX_VALUE);

        assertThat(History.sinceNs(word)).isEqualTo(LONGEST_NS);
        assertThat(History.costNs(word)).isEqualTo(1L << 30);
        assertThat(History.mover(word)).isEqualTo(255);
        assertThat(History.cause(word)).isEqualTo(Cause.DRIVER);
        assertThat(History.previousNode(word)).isEqualTo(63);
    }

    @Test
    void shouldTakeTimesBeforeTheOriginAndUnknownCostsAsZero() {
        long word = History.pack(-5, 0, Cause.FIRST_TOUCH, -1, 0);

        assertThat(word).isZero();
        assertThat(History.sinceNs(word)).isZero();
        assertThat(History.previousNode(word)).isEqualTo(-1);
        assertThat(History.costNs(word)).isZero();
    }

    @Test
    void shouldNameMoversUntilTheNumbersRunOut() {
        Movers movers = new Movers();
        int hmm = movers.intern("moraine.policy.hmm 0.1.0");

        assertThat(hmm).isEqualTo(1);
        assertThat(movers.intern("moraine.policy.hmm 0.1.0")).isEqualTo(hmm);
        assertThat(movers.name(hmm)).isEqualTo("moraine.policy.hmm 0.1.0");
        assertThat(movers.name(0)).isEqualTo("(nobody)");
        for (int i = 2; i < 255; i++) {
            assertThat(movers.intern("bundle " + i)).isEqualTo(i);
        }
        assertThat(movers.intern("bundle 255")).isEqualTo(255);
        assertThat(movers.intern("bundle 256")).isEqualTo(255);
        assertThat(movers.name(255)).isEqualTo("(many)");
        assertThat(movers.intern("bundle 254")).isEqualTo(254);
    }
}

package moraine.daemon.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which pages are promoted: the threshold follows the limit. */
final class HotPagesTest {
    private static final long MS = 1_000_000;
    private static final long HOT_NS = 16 * MS;
    private static final long WINDOW_NS = 1000 * MS;
    private static final int LIMIT = 1000;

    private final HotPages hot = new HotPages(HOT_NS, WINDOW_NS, LIMIT, 0);

    /** {@return how many of some candidates are taken in a window, spread over it} */
    private int window(int number, int candidates, long latencyNs) {
        int taken = 0;
        for (int i = 0; i < candidates; i++) {
            long nowNs = number * WINDOW_NS + i * WINDOW_NS / candidates;
            taken += hot.take(latencyNs, 1, false, nowNs) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void shouldTakeHotPagesOnly() {
        assertThat(hot.take(HOT_NS - 1, 1, false, 0)).isTrue();
        assertThat(hot.take(HOT_NS, 1, false, 0)).isFalse();
    }

    @Test
    void shouldTakeAllWhileThereIsPlentyOfRoom() {
        assertThat(hot.take(100 * HOT_NS, 512, true, 0)).isTrue();
        assertThat(hot.take(100 * HOT_NS, 512, false, 0)).isFalse();
    }

    @Test
    void shouldTakeNoMoreThanTheLimit() {
        assertThat(window(0, 10 * LIMIT, 0)).isBetween(LIMIT * 9 / 10, LIMIT * 11 / 10);
    }

    @Test
    void shouldAskForHotterPagesWhenThereAreTooMany() {
        for (int i = 0; i < 5; i++) {
            window(i, 10 * LIMIT, MS);
        }
        assertThat(hot.thresholdNs()).isEqualTo(HOT_NS - 4 * HOT_NS / 8);
        for (int i = 5; i < 40; i++) {
            window(i, 10 * LIMIT, 0);
        }
        assertThat(hot.thresholdNs()).isEqualTo(HOT_NS / 8);
    }

    @Test
    void shouldAskForLessHotPagesWhenThereAreTooFew() {
        for (int i = 0; i < 40; i++) {
            window(i, LIMIT / 10, MS);
        }
        assertThat(hot.thresholdNs()).isEqualTo(2 * HOT_NS);
    }

    @Test
    void shouldLeaveTheThresholdWhenCandidatesAreAsManyAsMayGo() {
        for (int i = 0; i < 10; i++) {
            window(i, LIMIT, MS);
        }
        assertThat(hot.thresholdNs()).isEqualTo(HOT_NS);
    }
}

package moraine.daemon.balance;

import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Rank;

/**
 * The parameters of balancing, checked. Usual values are Linux's.
 *
 * @param mode what is moved
 * @param rank by which figure of its edges a node is better than another
 * @param leastPeriodNs between two times that hints are planted, when much is to be learnt
 * @param mostPeriodNs when nothing is
 * @param scanPages looked at each time
 * @param hotNs from the hint to the touch of a page that is hot
 * @param rateBytes promoted a second, at most, into a node without plenty of room
 */
record BalanceSettings(
        Mode mode, Rank rank, long leastPeriodNs, long mostPeriodNs, long scanPages, long hotNs, long rateBytes) {
    private static final String MODE = "mode";
    private static final String ORDER = "order";
    private static final String LEAST_PERIOD = "periodMinUs";
    private static final String MOST_PERIOD = "periodMaxUs";
    private static final String SCAN = "scanPages";
    private static final String HOT = "hotUs";
    private static final String RATE = "rateMBs";

    private static final String US = "microseconds";
    private static final long MINUTE_US = 60_000_000;

    /** What is moved (Linux numa_balancing). */
    enum Mode {
        /** Pages to the processors that use them (NUMA_BALANCING_NORMAL). */
        NUMA,
        /** Hot pages to faster memory (NUMA_BALANCING_MEMORY_TIERING). */
        TIERING,
        BOTH
    }

    static BalanceSettings of(Parameters given) {
        given.requireKnown(BalanceDaemon.NAME, MODE, ORDER, LEAST_PERIOD, MOST_PERIOD, SCAN, HOT, RATE);
        long least = given.within(LEAST_PERIOD, 1_000_000, 100, MINUTE_US, US);
        return new BalanceSettings(
                given.choice(MODE, Mode.BOTH),
                given.choice(ORDER, Rank.LATENCY),
                1000 * least,
                1000 * given.within(MOST_PERIOD, Math.max(MINUTE_US, least), least, 60 * MINUTE_US, US),
                given.within(SCAN, (256 << 20) / Pages.SIZE, 16, 1 << 24, "pages"),
                1000 * given.within(HOT, 1_000_000, 10, MINUTE_US, US),
                given.within(RATE, 65_536, 1, 1 << 20, "MiB/s") << 20);
    }
}

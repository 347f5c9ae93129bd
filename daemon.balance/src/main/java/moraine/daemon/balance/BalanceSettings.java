package moraine.daemon.balance;

import java.util.List;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameter;
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
    private static final String US = "microseconds";
    private static final long MINUTE_US = 60_000_000;

    private static final Parameter.Choice<Mode> MODE =
            Parameter.choice("mode", Mode.BOTH, "what is moved: pages near who uses them, hot ones to faster memory");
    private static final Parameter.Choice<Rank> ORDER =
            Parameter.choice("order", Rank.LATENCY, "figure of the edges by which one node is better than another");
    private static final Parameter.Amount LEAST_PERIOD = Parameter.amount(
            "periodMinUs", 1_000_000, 100, MINUTE_US, US, "shortest time between two plantings of hints");
    private static final Parameter.Amount MOST_PERIOD = Parameter.amount(
            "periodMaxUs",
            MINUTE_US,
            100,
            60 * MINUTE_US,
            US,
            "longest time between two plantings; periodMinUs at least");
    private static final Parameter.Amount SCAN =
            Parameter.amount("scanPages", (256 << 20) / Pages.SIZE, 16, 1 << 24, "pages", "pages looked at each time");
    private static final Parameter.Amount HOT = Parameter.amount(
            "hotUs", 1_000_000, 10, MINUTE_US, US, "time from hint to touch below which a page is hot");
    private static final Parameter.Amount RATE = Parameter.amount(
            "rateMBs", 65_536, 1, 1 << 20, "MiB/s", "most that is promoted into a node without plenty of room");

    /** All parameters. */
    static final List<Parameter> ALL = List.of(HOT, MODE, ORDER, MOST_PERIOD, LEAST_PERIOD, RATE, SCAN);

    /** What is moved (Linux numa_balancing). */
    enum Mode {
        /** Pages to the processors that use them (NUMA_BALANCING_NORMAL). */
        NUMA,
        /** Hot pages to faster memory (NUMA_BALANCING_MEMORY_TIERING). */
        TIERING,
        BOTH
    }

    static BalanceSettings of(Parameters given) {
        given.requireKnown(BalanceDaemon.NAME, ALL);
        long least = LEAST_PERIOD.of(given);
        return new BalanceSettings(
                MODE.of(given),
                ORDER.of(given),
                1000 * least,
                1000 * MOST_PERIOD.within(least, 60 * MINUTE_US).of(given),
                SCAN.of(given),
                1000 * HOT.of(given),
                RATE.of(given) << 20);
    }
}

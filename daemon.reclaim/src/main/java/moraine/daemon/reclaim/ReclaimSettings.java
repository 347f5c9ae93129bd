package moraine.daemon.reclaim;

import moraine.core.api.model.Parameters;
import moraine.core.api.model.Rank;

/**
 * The parameters of reclaim, checked.
 *
 * @param rank by which figure of its edges a node is faster than another
 * @param age rounds without a touch before a page is demoted
 * @param periodNs between two rounds over a node that is low
 */
record ReclaimSettings(Rank rank, int age, long periodNs) {
    private static final String ORDER = "order";
    private static final String AGE = "age";
    private static final String PERIOD = "periodUs";

    static ReclaimSettings of(Parameters given) {
        given.requireKnown(ReclaimDaemon.NAME, ORDER, AGE, PERIOD);
        return new ReclaimSettings(
                given.choice(ORDER, Rank.LATENCY),
                (int) given.within(AGE, 1, 1, 255, "rounds"),
                1000 * given.within(PERIOD, 1000, 10, 1_000_000, "microseconds"));
    }
}

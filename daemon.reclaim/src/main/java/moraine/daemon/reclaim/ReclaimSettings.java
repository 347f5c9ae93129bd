package moraine.daemon.reclaim;

import moraine.core.api.model.Parameters;
import moraine.core.api.model.Rank;

/**
 * The parameters of reclaim, checked.
 *
 * @param rank by which figure of its edges a node is faster than another
 * @param age rounds without a touch before a page leaves
 * @param periodNs between two rounds over a node that is low
 * @param last what becomes of old pages that no slower node takes
 */
record ReclaimSettings(Rank rank, int age, long periodNs, Last last) {
    private static final String ORDER = "order";
    private static final String AGE = "age";
    private static final String LAST = "last";
    private static final String PERIOD = "periodUs";

    /** What becomes of old pages that no slower node takes. */
    enum Last {
        /** Clean pages of files are dropped, dirty ones written back, all others go to swap. */
        SWAP,
        /** Clean pages of files are dropped, dirty ones written back, all others stay. */
        FILES,
        /** They stay. */
        KEEP
    }

    static ReclaimSettings of(Parameters given) {
        given.requireKnown(ReclaimDaemon.NAME, AGE, LAST, ORDER, PERIOD);
        return new ReclaimSettings(
                given.choice(ORDER, Rank.LATENCY),
                (int) given.within(AGE, 1, 1, 255, "rounds"),
                1000 * given.within(PERIOD, 1000, 10, 1_000_000, "microseconds"),
                given.choice(LAST, Last.SWAP));
    }
}

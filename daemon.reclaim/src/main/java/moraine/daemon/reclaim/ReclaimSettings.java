package moraine.daemon.reclaim;

import java.util.List;
import moraine.core.api.model.Parameter;
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
    private static final Parameter.Choice<Rank> ORDER =
            Parameter.choice("order", Rank.LATENCY, "figure of the edges by which one node is slower than another");
    private static final Parameter.Amount AGE =
            Parameter.amount("age", 1, 1, 255, "rounds", "rounds without a touch before a page leaves");
    private static final Parameter.Amount PERIOD = Parameter.amount(
            "periodUs", 1000, 10, 1_000_000, "microseconds", "time between two rounds over a node that is low");
    private static final Parameter.Choice<Last> LAST =
            Parameter.choice("last", Last.SWAP, "what becomes of old pages that no slower node takes");

    /** All parameters. */
    static final List<Parameter> ALL = List.of(AGE, LAST, ORDER, PERIOD);

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
        given.requireKnown(ReclaimDaemon.NAME, ALL);
        return new ReclaimSettings(ORDER.of(given), (int) AGE.of(given), 1000 * PERIOD.of(given), LAST.of(given));
    }
}

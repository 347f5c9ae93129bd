package moraine.daemon.merge;

import java.util.List;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;

/**
 * The parameters of merge, checked.
 *
 * @param rules which pages may be merged with which
 * @param pagesToScan pages looked at in a tick
 * @param periodNs between two ticks
 */
record MergeSettings(MergeRules rules, long pagesToScan, long periodNs) {
    private static final Parameter.Flag ACROSS_NODES =
            Parameter.flag("mergeAcrossNodes", false, "whether pages of different nodes become one");
    private static final Parameter.Flag ACROSS_TENANTS =
            Parameter.flag("mergeAcrossTenants", false, "whether pages of different tenants become one");
    private static final Parameter.Flag ZERO_PAGES =
            Parameter.flag("useZeroPages", false, "whether empty pages become the zero page");
    private static final Parameter.Amount SHARING = Parameter.amount(
            "maxPageSharing", 256, 2, MergeRules.MOST_SHARING, "pages", "pages that a merged one stands for at most");
    private static final Parameter.Amount PAGES =
            Parameter.amount("pagesToScan", 1024, 1, 1 << 20, "pages", "pages looked at in a tick");
    private static final Parameter.Amount PERIOD =
            Parameter.amount("periodUs", 20_000, 10, 10_000_000, "microseconds", "time between two ticks");

    /** All parameters. */
    static final List<Parameter> ALL = List.of(SHARING, ACROSS_NODES, ACROSS_TENANTS, PAGES, PERIOD, ZERO_PAGES);

    static MergeSettings of(Parameters given) {
        given.requireKnown(MergeDaemon.NAME, ALL);
        var rules = new MergeRules(
                ACROSS_NODES.of(given), ACROSS_TENANTS.of(given), ZERO_PAGES.of(given), (int) SHARING.of(given));
        return new MergeSettings(rules, PAGES.of(given), 1000 * PERIOD.of(given));
    }
}

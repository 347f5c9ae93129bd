package moraine.daemon.merge;

import java.util.List;
import java.util.TreeSet;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;

/**
 * The parameters of merge, checked.
 *
 * @param rules which pages may be merged with which
 * @param pagesToScan pages looked at in a tick
 * @param periodNs between two ticks
 */
record MergeSettings(MergeRules rules, long pagesToScan, long periodNs) {
    private static final String ACROSS_NODES = "mergeAcrossNodes";
    private static final String ACROSS_TENANTS = "mergeAcrossTenants";
    private static final String ZERO_PAGES = "useZeroPages";
    private static final String SHARING = "maxPageSharing";
    private static final String PAGES = "pagesToScan";
    private static final String PERIOD = "periodUs";
    private static final List<String> ALL = List.of(SHARING, ACROSS_NODES, ACROSS_TENANTS, PAGES, PERIOD, ZERO_PAGES);

    static MergeSettings of(Parameters given) {
        var unknown = new TreeSet<>(given.values().keySet());
        unknown.removeAll(ALL);
        if (!unknown.isEmpty()) {
            throw bad("merge has no parameter " + unknown.first() + ", only " + String.join(", ", ALL));
        }
        var rules = new MergeRules(
                given.flag(ACROSS_NODES, false), given.flag(ACROSS_TENANTS, false), given.flag(ZERO_PAGES, false), (int)
                        within(given, SHARING, 256, 2, MergeRules.MOST_SHARING, "pages"));
        return new MergeSettings(
                rules,
                within(given, PAGES, 1024, 1, 1 << 20, "pages"),
                1000 * within(given, PERIOD, 20_000, 10, 10_000_000, "microseconds"));
    }

    private static long within(Parameters given, String name, long usual, long least, long most, String unit) {
        long value = given.number(name, usual);
        if (value < least || value > most) {
            throw bad("parameter " + name + "=" + value + " " + unit + " is not within " + least + " to " + most + "; "
                    + usual + " is usual");
        }
        return value;
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}

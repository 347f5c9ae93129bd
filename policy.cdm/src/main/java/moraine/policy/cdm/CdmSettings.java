package moraine.policy.cdm;

import java.util.List;
import java.util.TreeSet;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;

/**
 * The parameters of the CDM strategy, checked.
 *
 * @param isolation what keeps unasked pages off the device
 * @param counterThreshold accesses of a region, as a device's counters report it, from which its pages move there
 * @param largePages whether an aligned first touch may make a 2 MiB page
 */
record CdmSettings(Isolation isolation, long counterThreshold, boolean largePages) {
    private static final String ISOLATION = "isolation";
    private static final String THRESHOLD = "counterThreshold";
    private static final String LARGE = "largePages";

    /** The ways of isolation that this strategy offers. */
    enum Isolation {
        /** The device's zones are in its own zonelist only. */
        ZONELIST
    }

    static CdmSettings of(Parameters given) {
        var unknown = new TreeSet<>(given.values().keySet());
        unknown.removeAll(List.of(ISOLATION, THRESHOLD, LARGE));
        if (!unknown.isEmpty()) {
            throw bad("cdm has no parameter " + unknown.first() + ", only " + THRESHOLD + ", " + ISOLATION + ", "
                    + LARGE);
        }
        return new CdmSettings(isolation(given), threshold(given), given.flag(LARGE, false));
    }

    private static Isolation isolation(Parameters given) {
        String value = given.text(ISOLATION, "zonelist");
        return switch (value) {
            case "zonelist" -> Isolation.ZONELIST;
            default ->
                throw bad("parameter " + ISOLATION + "=" + value + " is not offered; the one offered is zonelist");
        };
    }

    private static long threshold(Parameters given) {
        long accesses = given.number(THRESHOLD, 256);
        if (accesses < 1) {
            throw bad("parameter " + THRESHOLD + "=" + accesses + " accesses is below 1; 256 is usual");
        }
        return accesses;
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}

package moraine.policy.cdm;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.WhenFull;

/**
 * The parameters of the CDM strategy, checked.
 *
 * @param isolation what keeps unasked pages off the device
 * @param thisNode whether, with {@link Isolation#CPUSET}, a request that names the node and takes no other gets it
 * @param counterThreshold accesses of a region, as a device's counters report it, from which its pages move there
 * @param largePages whether an aligned first touch may make a 2 MiB page
 * @param spill where pages may go for which a node has no room
 * @param full what becomes of touches that find a device full
 */
record CdmSettings(
        Isolation isolation, boolean thisNode, long counterThreshold, boolean largePages, Spill spill, WhenFull full) {
    private static final String SPILL = "spill";
    private static final String FULL = "full";
    private static final String ISOLATION = "isolation";
    private static final String THIS_NODE = "thisNode";
    private static final String THRESHOLD = "counterThreshold";
    private static final String LARGE = "largePages";

    /** The ways of isolation that this strategy offers. */
    enum Isolation {
        /** The device's zones are in its own zonelist only. */
        ZONELIST,
        /** The device's node is in no task's set of allowed nodes. */
        CPUSET,
        /** The device's node is passed over unless the request has a mask of its own. */
        MASK
    }

    /** Whether pages spill from one kind of memory to the other, by direction. */
    enum Spill {
        /** Neither way: what a device has no room for fails, and system memory does not use devices. */
        NONE,
        /** From devices to RAM, as in 2017. */
        OUT,
        /** From RAM to devices, as their last resort. */
        IN,
        BOTH;

        boolean out() {
            return this == OUT || this == BOTH;
        }

        boolean in() {
            return this == IN || this == BOTH;
        }
    }

    static CdmSettings of(Parameters given) {
        var unknown = new TreeSet<>(given.values().keySet());
        unknown.removeAll(List.of(FULL, ISOLATION, THIS_NODE, THRESHOLD, LARGE, SPILL));
        if (!unknown.isEmpty()) {
            throw bad("cdm has no parameter " + unknown.first() + ", only " + THRESHOLD + ", " + FULL + ", " + ISOLATION
                    + ", " + LARGE + ", " + SPILL + ", " + THIS_NODE);
        }
        Isolation isolation = isolation(given);
        if (isolation != Isolation.CPUSET && given.values().containsKey(THIS_NODE)) {
            throw bad("parameter " + THIS_NODE + " with " + ISOLATION + "="
                    + isolation.name().toLowerCase(Locale.ROOT) + "; it belongs to " + ISOLATION + "=cpuset");
        }
        return new CdmSettings(
                isolation,
                given.flag(THIS_NODE, true),
                threshold(given),
                given.flag(LARGE, false),
                spill(given),
                full(given));
    }

    private static Spill spill(Parameters given) {
        String value = given.text(SPILL, "out");
        return switch (value) {
            case "none" -> Spill.NONE;
            case "out" -> Spill.OUT;
            case "in" -> Spill.IN;
            case "both" -> Spill.BOTH;
            default -> throw bad("parameter " + SPILL + "=" + value + " is not offered; choose none, out, in or both");
        };
    }

    private static WhenFull full(Parameters given) {
        String value = given.text(FULL, "fail");
        return switch (value) {
            case "fail" -> WhenFull.FAIL;
            case "reclaim" -> WhenFull.RECLAIM;
            case "end" -> WhenFull.END;
            default -> throw bad("parameter " + FULL + "=" + value + " is not offered; choose fail, reclaim or end");
        };
    }

    private static Isolation isolation(Parameters given) {
        String value = given.text(ISOLATION, "zonelist");
        return switch (value) {
            case "zonelist" -> Isolation.ZONELIST;
            case "cpuset" -> Isolation.CPUSET;
            case "mask" -> Isolation.MASK;
            default ->
                throw bad("parameter " + ISOLATION + "=" + value + " is not offered; choose zonelist, cpuset or mask");
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

package moraine.policy.cdm;

import java.util.List;
import java.util.Locale;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameter;
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
    private static final Parameter.Choice<Isolation> ISOLATION =
            Parameter.choice("isolation", Isolation.ZONELIST, "what keeps unasked pages off the device");
    private static final Parameter.Flag THIS_NODE = Parameter.flag(
            "thisNode", true, "with isolation=cpuset, whether a request that takes no other node gets the device's");
    private static final Parameter.Choice<Spill> SPILL = Parameter.choice(
            "spill", Spill.OUT, "where pages go for which there is no room: out of devices, in to them");
    private static final Parameter.Choice<WhenFull> FULL =
            Parameter.choice("full", WhenFull.FAIL, "what becomes of touches that find a device full");
    private static final Parameter.Amount THRESHOLD = Parameter.amount(
            "counterThreshold",
            256,
            1,
            Integer.MAX_VALUE,
            "accesses",
            "accesses of a region, as counters report it, from which its pages move to the device");
    private static final Parameter.Flag LARGE =
            Parameter.flag("largePages", false, "whether an aligned first touch may make a 2 MiB page");

    /** All parameters. */
    static final List<Parameter> ALL = List.of(THRESHOLD, FULL, ISOLATION, LARGE, SPILL, THIS_NODE);

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
        given.requireKnown(CdmPolicy.NAME, ALL);
        Isolation isolation = ISOLATION.of(given);
        if (isolation != Isolation.CPUSET && given.values().containsKey(THIS_NODE.name())) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "parameter " + THIS_NODE.name() + " with " + ISOLATION.name() + "="
                            + isolation.name().toLowerCase(Locale.ROOT) + "; it belongs to " + ISOLATION.name()
                            + "=cpuset");
        }
        return new CdmSettings(
                isolation, THIS_NODE.of(given), THRESHOLD.of(given), LARGE.of(given), SPILL.of(given), FULL.of(given));
    }
}

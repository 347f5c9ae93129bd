package moraine.core.api.model;

import java.util.List;

/**
 * What a CPU fault, a device fault and an allocation need of a policy: immutable, replaced as a whole. The host answers
 * from it without calling the policy.
 *
 * @param representation types, zonelists, admission
 * @param deviceRules device actions, first match decides; no match maps remote
 * @param bringBackPages aligned window that a CPU touch brings back, a power of two from 1 to 512
 * @param migratePages aligned window that a device fault moves, a power of two from 1 to 512
 * @param largePages whether an aligned first touch may make a 2 MiB page
 * @param prefetchPercent of a device fault's neighbourhood: the widest aligned power of two of pages, from
 *     {@code migratePages} to 512, of which more than so many percent are on the device or touched in the same batch,
 *     moves along; 0 for never, at most 100
 */
public record Plan(
        Representation representation,
        List<DeviceRule> deviceRules,
        int bringBackPages,
        int migratePages,
        boolean largePages,
        int prefetchPercent) {
    public Plan {
        deviceRules = List.copyOf(deviceRules);
        window("bringBackPages", bringBackPages);
        window("migratePages", migratePages);
        if (prefetchPercent < 0 || prefetchPercent > 100) {
            throw new MoraineException(
                    Errno.EINVAL, Blame.PLUGIN, "prefetchPercent=" + prefetchPercent + " is not from 0 to 100");
        }
    }

    /** Makes a plan without density prefetch. */
    public Plan(
            Representation representation,
            List<DeviceRule> deviceRules,
            int bringBackPages,
            int migratePages,
            boolean largePages) {
        this(representation, deviceRules, bringBackPages, migratePages, largePages, 0);
    }

    private static void window(String name, int pages) {
        if (Integer.bitCount(pages) != 1 || pages > Pages.PER_LARGE) {
            throw new MoraineException(
                    Errno.EINVAL, Blame.PLUGIN, name + "=" + pages + " is not a power of two from 1 to 512");
        }
    }
}

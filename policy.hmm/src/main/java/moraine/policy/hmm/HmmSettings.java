package moraine.policy.hmm;

import java.util.List;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;

/**
 * The parameters of the HMM strategy, checked.
 *
 * @param memory what kind of page a device's memory is made of
 * @param migratePages aligned window that a device fault moves to the device; 16 pages are the 64 KiB that GPU drivers
 *     move at least
 * @param bringBackPages aligned window that a CPU touch brings back
 * @param largePages whether an aligned first touch may make a 2 MiB page
 * @param prefetchPercent density above which a fault moves its neighbourhood, up to 2 MiB, from 1 to 100 percent; 0,
 *     the default, for never, as Linux moves what it is told to; NVIDIA's UVM driver has 51
 *     (uvm_perf_prefetch_threshold)
 * @param hints whether applications' advice on ranges takes effect
 */
record HmmSettings(
        Memory memory, int migratePages, int bringBackPages, boolean largePages, int prefetchPercent, boolean hints) {
    private static final Parameter.Choice<Memory> MEMORY = Parameter.choice(
            "memory", Memory.PRIVATE, "whether CPUs see a device's pages, or bring back what they touch");
    private static final Parameter.Power MIGRATE =
            window("migratePages", "aligned window that a device fault moves to the device");
    private static final Parameter.Power BRING_BACK =
            window("bringBackPages", "aligned window that a CPU touch brings back");
    private static final Parameter.Flag LARGE =
            Parameter.flag("largePages", false, "whether an aligned first touch may make a 2 MiB page");
    private static final Parameter.Amount PREFETCH = Parameter.amount(
            "prefetchPercent", 0, 0, 100, "percent", "density above which a fault moves its neighbourhood; 0: never");
    private static final Parameter.Flag HINTS =
            Parameter.flag("hints", true, "whether applications' advice on ranges takes effect");

    /** All parameters. */
    static final List<Parameter> ALL = List.of(BRING_BACK, HINTS, LARGE, MEMORY, MIGRATE, PREFETCH);

    /** The page types of Linux that carry this strategy. */
    enum Memory {
        /** MEMORY_DEVICE_PRIVATE: CPUs do not see it. */
        PRIVATE,
        /** MEMORY_DEVICE_COHERENT: CPUs use it where it is. */
        COHERENT
    }

    static HmmSettings of(Parameters given) {
        given.requireKnown(HmmPolicy.NAME, ALL);
        return new HmmSettings(
                MEMORY.of(given),
                (int) MIGRATE.of(given),
                (int) BRING_BACK.of(given),
                LARGE.of(given),
                (int) PREFETCH.of(given),
                HINTS.of(given));
    }

    private static Parameter.Power window(String name, String description) {
        return Parameter.power(name, 16, 1, Pages.PER_LARGE, "pages", description);
    }
}

package moraine.policy.hmm;

import java.util.List;
import java.util.TreeSet;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
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
    private static final String MEMORY = "memory";
    private static final String HINTS = "hints";
    private static final String PREFETCH = "prefetchPercent";
    private static final String MIGRATE = "migratePages";
    private static final String BRING_BACK = "bringBackPages";
    private static final String LARGE = "largePages";

    /** The page types of Linux that carry this strategy. */
    enum Memory {
        /** MEMORY_DEVICE_PRIVATE: CPUs do not see it. */
        PRIVATE,
        /** MEMORY_DEVICE_COHERENT: CPUs use it where it is. */
        COHERENT
    }

    static HmmSettings of(Parameters given) {
        var unknown = new TreeSet<>(given.values().keySet());
        unknown.removeAll(List.of(MEMORY, MIGRATE, BRING_BACK, LARGE, PREFETCH, HINTS));
        if (!unknown.isEmpty()) {
            throw bad("hmm has no parameter " + unknown.first() + ", only "
                    + String.join(", ", BRING_BACK, HINTS, LARGE, MEMORY, MIGRATE, PREFETCH));
        }
        return new HmmSettings(
                memory(given),
                window(given, MIGRATE),
                window(given, BRING_BACK),
                given.flag(LARGE, false),
                percent(given),
                given.flag(HINTS, true));
    }

    private static Memory memory(Parameters given) {
        String value = given.text(MEMORY, "private");
        return switch (value) {
            case "private" -> Memory.PRIVATE;
            case "coherent" -> Memory.COHERENT;
            default -> throw bad("parameter " + MEMORY + "=" + value + " is not offered; choose private or coherent");
        };
    }

    private static int percent(Parameters given) {
        long percent = given.number(PREFETCH, 0);
        if (percent < 0 || percent > 100) {
            throw bad("parameter " + PREFETCH + "=" + percent + " is not from 0 to 100 percent");
        }
        return (int) percent;
    }

    private static int window(Parameters given, String name) {
        long pages = given.number(name, 16);
        if (Long.bitCount(pages) != 1 || pages < 1 || pages > Pages.PER_LARGE) {
            throw bad("parameter " + name + "=" + pages + " is no power of two from 1 to 512");
        }
        return (int) pages;
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }
}

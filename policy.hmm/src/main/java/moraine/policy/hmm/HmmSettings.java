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
 * @param migratePages aligned window that a device fault moves to the device; 16 pages are the 64 KiB that GPU drivers
 *     move at least
 * @param bringBackPages aligned window that a CPU touch brings back
 * @param largePages whether an aligned first touch may make a 2 MiB page
 */
record HmmSettings(int migratePages, int bringBackPages, boolean largePages) {
    private static final String MIGRATE = "migratePages";
    private static final String BRING_BACK = "bringBackPages";
    private static final String LARGE = "largePages";

    static HmmSettings of(Parameters given) {
        var unknown = new TreeSet<>(given.values().keySet());
        unknown.removeAll(List.of(MIGRATE, BRING_BACK, LARGE));
        if (!unknown.isEmpty()) {
            throw bad(
                    "hmm has no parameter " + unknown.first() + ", only " + BRING_BACK + ", " + LARGE + ", " + MIGRATE);
        }
        return new HmmSettings(window(given, MIGRATE), window(given, BRING_BACK), given.flag(LARGE, false));
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

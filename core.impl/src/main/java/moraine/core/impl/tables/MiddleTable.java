package moraine.core.impl.tables;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;
import org.jspecify.annotations.Nullable;

/**
 * A table of 512 regions of 2 MiB. Each slot is empty, a 2 MiB leaf, or points to a leaf table of 512 entries.
 *
 * <p>The region's lock (one word a slot) is held by whoever installs or clears entries, splits, collapses or frees a
 * leaf table. It is a spin lock for a few hundred instructions: nobody waits for anything else with it held but the
 * access sections of a shoot-down, which are as short. Readers take no lock.
 */
public final class MiddleTable {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle TABLES = MethodHandles.arrayElementVarHandle(long[][].class);

    private final long[] entries = new long[Pages.PER_LARGE];
    private final long[][] leaves = new long[Pages.PER_LARGE][];
    private final int[] locks = new int[Pages.PER_LARGE];

    public long entry(int region) {
        return (long) LONGS.getAcquire(entries, region);
    }

    public void entry(int region, long entry) {
        LONGS.setRelease(entries, region, entry);
    }

    public boolean replace(int region, long expected, long entry) {
        return LONGS.compareAndSet(entries, region, expected, entry);
    }

    /** {@return the leaf table of the region, or null} */
    public long @Nullable [] leaf(int region) {
        return (long[]) TABLES.getAcquire(leaves, region);
    }

    /** Hangs a leaf table below an empty or leaf slot. The region's lock is held. */
    public void hang(int region, long[] leaf) {
        TABLES.setRelease(leaves, region, leaf);
        entry(region, Pte.TABLE);
    }

    /** Takes the leaf table away and puts an entry in its place. The region's lock is held. */
    public void unhang(int region, long entry) {
        entry(region, entry);
        TABLES.setRelease(leaves, region, null);
    }

    public void lock(int region, Actors actors) {
        for (int turn = 0; !INTS.compareAndSet(locks, region, 0, 1); turn++) {
            actors.pause(turn);
        }
    }

    public void unlock(int region) {
        INTS.setRelease(locks, region, 0);
    }

    /** {@return whether somebody holds the region's lock} */
    public boolean locked(int region) {
        return (int) INTS.getAcquire(locks, region) != 0;
    }

    /** Waits until nobody holds the region's lock, so that what was being installed is there. */
    void awaitUnlocked(int region, Actors actors) {
        for (int turn = 0; locked(region); turn++) {
            actors.pause(turn);
        }
    }

    public static long get(long[] leaf, int index) {
        return (long) LONGS.getAcquire(leaf, index);
    }

    public static void set(long[] leaf, int index, long entry) {
        LONGS.setRelease(leaf, index, entry);
    }

    public static boolean replace(long[] leaf, int index, long expected, long entry) {
        return LONGS.compareAndSet(leaf, index, expected, entry);
    }
}

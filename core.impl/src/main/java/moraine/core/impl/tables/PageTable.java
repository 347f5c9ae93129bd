package moraine.core.impl.tables;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;
import org.jspecify.annotations.Nullable;

/**
 * A radix tree of entries over 47-bit addresses: 256 x 512 middle tables of 512 regions of 512 pages.
 *
 * <p>Lookups are lock-free. Upper levels are only ever added. A leaf table that was unhung may still be read by a late
 * walker, which finds its entries cleared; installing therefore re-reads the slot under the region's lock.
 */
public final class PageTable {
    private static final VarHandle UPPER = MethodHandles.arrayElementVarHandle(MiddleTable[][].class);
    private static final VarHandle MIDDLE = MethodHandles.arrayElementVarHandle(MiddleTable[].class);

    private final MiddleTable[][] top = new MiddleTable[1 << 47 - 39][];
    private final Actors actors;

    public PageTable(Actors actors) {
        this.actors = actors;
    }

    public static int region(long address) {
        return (int) (address >>> Pages.LARGE_SHIFT) & Pages.PER_LARGE - 1;
    }

    public static int index(long address) {
        return (int) (address >>> Pages.SHIFT) & Pages.PER_LARGE - 1;
    }

    /** {@return the middle table that covers the address, or null} */
    public @Nullable MiddleTable middle(long address) {
        MiddleTable[] upper = (MiddleTable[]) UPPER.getAcquire(top, (int) (address >>> 39));
        return upper == null ? null : (MiddleTable) MIDDLE.getAcquire(upper, (int) (address >>> 30) & 511);
    }

    /** {@return the middle table that covers the address, made if there was none} */
    public MiddleTable middleForInstall(long address) {
        int high = (int) (address >>> 39);
        MiddleTable[] upper = (MiddleTable[]) UPPER.getAcquire(top, high);
        if (upper == null) {
            UPPER.compareAndSet(top, high, null, new MiddleTable[512]);
            upper = (MiddleTable[]) UPPER.getAcquire(top, high);
        }
        int low = (int) (address >>> 30) & 511;
        MiddleTable middle = (MiddleTable) MIDDLE.getAcquire(upper, low);
        if (middle == null) {
            MIDDLE.compareAndSet(upper, low, null, new MiddleTable());
            middle = (MiddleTable) MIDDLE.getAcquire(upper, low);
        }
        return middle;
    }

    /** {@return the entry that translates the address; one inside a 2 MiB leaf carries its own page's frame number} */
    public long get(long address) {
        MiddleTable middle = middle(address);
        return middle == null ? Pte.NONE : get(middle, address);
    }

    private static long get(MiddleTable middle, long address) {
        int region = region(address);
        long entry = middle.entry(region);
        if (Pte.kind(entry) != Pte.TABLE) {
            return Pte.large(entry) && Pte.kind(entry) != Pte.ZERO
                    ? Pte.withPfn(entry, Pte.pfn(entry) + index(address))
                    : entry;
        }
        long[] leaf = middle.leaf(region);
        return leaf == null ? Pte.NONE : MiddleTable.get(leaf, index(address));
    }

    /**
     * Replaces the entry of an address, at the level where it is.
     *
     * @param expected as {@link #get} returned it
     * @param entry for the same page
     */
    public boolean replace(long address, long expected, long entry) {
        MiddleTable middle = middle(address);
        if (middle == null) {
            return false;
        }
        int region = region(address);
        if (Pte.large(expected)) {
            int index = Pte.kind(expected) == Pte.ZERO ? 0 : index(address);
            return middle.replace(
                    region,
                    Pte.withPfn(expected, Pte.pfn(expected) - index),
                    Pte.withPfn(entry, Pte.pfn(entry) - index));
        }
        long[] leaf = middle.leaf(region);
        return leaf != null && MiddleTable.replace(leaf, index(address), expected, entry);
    }

    /**
     * {@return the leaf table of the address, made if the slot was empty or all zero page, or null when a 2 MiB leaf is
     * in the way}
     *
     * <p>The region's lock is held.
     */
    public long @Nullable [] leafForInstall(MiddleTable middle, long address) {
        int region = region(address);
        long entry = middle.entry(region);
        if (Pte.kind(entry) == Pte.TABLE) {
            return middle.leaf(region);
        }
        if (!vacant(entry)) {
            return null;
        }
        long[] leaf = new long[Pages.PER_LARGE];
        Arrays.fill(leaf, entry & ~Pte.LARGE);
        middle.hang(region, leaf);
        return leaf;
    }

    /** {@return whether an entry of a region stands for no page at all: empty, or 2 MiB of the zero page} */
    public static boolean vacant(long entry) {
        return entry == Pte.NONE || Pte.kind(entry) == Pte.ZERO;
    }

    /** {@return whether no page is mapped in the 2 MiB around the address, and no table hangs there} */
    public boolean vacantRegion(long address) {
        MiddleTable middle = middle(address);
        return middle == null || vacant(middle.entry(region(address)));
    }

    public MiddleTable lock(long address) {
        MiddleTable middle = middleForInstall(address);
        middle.lock(region(address), actors);
        return middle;
    }

    /** Visits every region of a range that is not empty, in address order; one that is being filled may be missed. */
    public void regions(long start, long end, RegionVisitor visitor) {
        regions(start, end, visitor, /* settled= */ false);
    }

    /**
     * As {@link #regions}, for who changes mappings: waits until nobody is installing in a region. Whoever locks one
     * that was passed over, empty, does so later, and sees what the caller did before: that a mapping is dead.
     */
    public void settledRegions(long start, long end, RegionVisitor visitor) {
        VarHandle.fullFence();
        regions(start, end, visitor, /* settled= */ true);
    }

    private void regions(long start, long end, RegionVisitor visitor, boolean settled) {
        long address = start & -Pages.LARGE_SIZE;
        while (address < end) {
            MiddleTable middle = middle(address);
            if (middle == null) {
                long span = top[(int) (address >>> 39)] == null ? 1L << 39 : 1L << 30;
                address = (address | span - 1) + 1;
                continue;
            }
            if (settled) {
                middle.awaitUnlocked(region(address), actors);
            }
            if (middle.entry(region(address)) != Pte.NONE) {
                visitor.visit(middle, address);
            }
            address += Pages.LARGE_SIZE;
        }
    }

    /** Told of a region. */
    @FunctionalInterface
    public interface RegionVisitor {
        void visit(MiddleTable middle, long regionAddress);
    }
}

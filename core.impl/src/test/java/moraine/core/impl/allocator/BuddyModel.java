package moraine.core.impl.allocator;

import java.util.BitSet;

/**
 * What a zone must be at any time: its free frames, divided into the largest aligned blocks. A buddy allocator that
 * joins at once has no choice but to arrive at that division.
 */
final class BuddyModel {
    private static final int SECTION = 32768;
    private static final int LARGEST = 1024;

    private final BitSet free = new BitSet();
    private final int pages;
    /** Frames of sections that were needed. */
    private int open;

    BuddyModel(int pages) {
        this.pages = pages;
        free.set(0, pages);
    }

    long free() {
        return free.cardinality();
    }

    /** {@return whether there is an aligned block of free frames} Opens sections until there is, as the zone does. */
    boolean has(int order) {
        if (free.cardinality() < 1 << order) {
            return false;
        }
        while (!openHas(order)) {
            if (open == pages) {
                return false;
            }
            int end = Math.min(pages, (open / SECTION + 1) * SECTION);
            open = end - open < LARGEST ? end : end / LARGEST * LARGEST;
        }
        return true;
    }

    private boolean openHas(int order) {
        for (int start = 0; start + (1 << order) <= open; start += 1 << order) {
            if (whole(start, order)) {
                return true;
            }
        }
        return false;
    }

    private boolean whole(int start, int order) {
        int end = start + (1 << order);
        return end <= open && free.nextClearBit(start) >= end;
    }

    /** {@return whether the frames are free, which they are no longer} */
    boolean take(int start, int order) {
        boolean was = start % (1 << order) == 0 && whole(start, order);
        free.clear(start, start + (1 << order));
        return was;
    }

    void give(int start, int order) {
        free.set(start, start + (1 << order));
    }

    /** {@return how many blocks of each order there are} */
    int[] blocks() {
        int[] blocks = new int[Zone.MAX_ORDER + 1];
        int start = free.nextSetBit(0);
        while (start >= 0 && start < open) {
            int order = Zone.MAX_ORDER;
            while (start % (1 << order) != 0 || !whole(start, order)) {
                order--;
            }
            blocks[order]++;
            start = free.nextSetBit(start + (1 << order));
        }
        return blocks;
    }
}

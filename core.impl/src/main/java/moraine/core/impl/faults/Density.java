package moraine.core.impl.faults;

import java.util.Arrays;
import moraine.core.api.model.Pages;

/**
 * The pages of a 2 MiB block that are on a device or just touched by it, and from that how much of the block is worth
 * bringing: NVIDIA UVM's tree prefetcher. The tree's nodes are the aligned powers of two of pages from a leaf to the
 * block; the widest one above a touched page that is denser than the threshold moves.
 */
final class Density {
    private final long[] pages = new long[Pages.PER_LARGE / Long.SIZE];
    private int leaf = 1;

    /**
     * Begins with an empty block.
     *
     * @param leafPages what a touch brings at least, a power of two
     */
    void begin(int leafPages) {
        Arrays.fill(pages, 0);
        leaf = leafPages;
    }

    /** A page is on the device. */
    void resident(int page) {
        pages[page >>> 6] |= 1L << page;
    }

    /** The whole block is on the device. */
    void residentAll() {
        Arrays.fill(pages, -1);
    }

    /** A page was touched: its leaf comes in any case. */
    void touched(int page) {
        int start = page & -leaf;
        for (int i = start; i < start + leaf; i++) {
            resident(i);
        }
    }

    /** {@return pages of the aligned window around a touched page that are to move, from a leaf to {@code most}} */
    int window(int page, int percent, int most) {
        int best = leaf;
        for (int size = 2 * leaf; size <= most; size *= 2) {
            if (count(page & -size, size) * 100L > (long) size * percent) {
                best = size;
            }
        }
        return Math.min(best, most);
    }

    private int count(int start, int size) {
        if (size < Long.SIZE) {
            return Long.bitCount(pages[start >>> 6] >>> start & (1L << size) - 1);
        }
        int count = 0;
        for (int word = start >>> 6; word < start + size >>> 6; word++) {
            count += Long.bitCount(pages[word]);
        }
        return count;
    }
}

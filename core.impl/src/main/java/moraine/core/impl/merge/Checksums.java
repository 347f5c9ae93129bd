package moraine.core.impl.merge;

import java.util.Arrays;
import moraine.core.impl.frames.Frames;

/**
 * What the content of each frame was when it was last looked at, and in which round: a filter for pages that change all
 * the time. It is a guess, kept by frame; a page that comes to another begins anew. Confined to one thread at a time.
 */
final class Checksums {
    private static final int ROUND_SHIFT = 24;
    private static final int CONTENT = (1 << ROUND_SHIFT) - 1;

    private final Frames frames;
    private int[][] sections = new int[0][];
    private long bytes;

    Checksums(Frames frames) {
        this.frames = frames;
    }

    /** {@return bytes of its arrays} */
    long bytes() {
        return bytes;
    }

    /**
     * Remembers a frame's checksum.
     *
     * @return whether it was the same in a round before this one
     */
    boolean settled(long pfn, long checksum, long round) {
        int section = section(pfn);
        int[] known = sections[section];
        int at = (int) (pfn - frames.firstPfn(section));
        int now = (int) (round & 0xff) << ROUND_SHIFT | (int) (checksum >>> 32) & CONTENT;
        int before = known[at];
        boolean same = (before & CONTENT) == (now & CONTENT);
        if (same && before >>> ROUND_SHIFT == now >>> ROUND_SHIFT) {
            return false;
        }
        known[at] = now;
        return same;
    }

    private int section(long pfn) {
        int section = frames.sectionOf(pfn);
        if (section >= sections.length) {
            int from = sections.length;
            sections = Arrays.copyOf(sections, frames.sections());
            Arrays.fill(sections, from, sections.length, new int[0]);
        }
        if (sections[section].length == 0) {
            sections[section] = new int[frames.pages(section)];
            bytes += (long) Integer.BYTES * sections[section].length;
        }
        return section;
    }
}

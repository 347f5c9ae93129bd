package moraine.core.impl.allocator;

import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;

/** Corrupts the free lists of a zone as a test asks, and puts them back. */
public final class ZonePlanting {
    private final Frames frames;
    private final Zone zone;
    private final int[] heads;
    private final long[] words;

    /** Remembers the zone of a node as it is. */
    public ZonePlanting(Allocator allocator, Frames frames, int node) {
        this.frames = frames;
        this.zone = allocator.zone(node);
        this.heads = zone.heads.clone();
        int open = (int) (zone.pages - zone.unopenedPages());
        this.words = new long[2 * open];
        for (int i = 0; i < open; i++) {
            words[2 * i] = frames.word0(zone.first + i);
            words[2 * i + 1] = frames.word1(zone.first + i);
        }
    }

    /** Puts everything back. */
    public void restore() {
        System.arraycopy(heads, 0, zone.heads, 0, heads.length);
        for (int i = 0; i < words.length / 2; i++) {
            frames.word0(zone.first + i, words[2 * i]);
            frames.word1(zone.first + i, words[2 * i + 1]);
        }
    }

    /** {@return an order of at least 3 that has a block} */
    private int order() {
        for (int order = 3; order <= Zone.MAX_ORDER; order++) {
            if (zone.heads[order] != 0) {
                return order;
            }
        }
        throw new IllegalStateException("node " + zone.node + " has no free block of order 3 or more");
    }

    private void link(int block, int order) {
        int next = zone.heads[order];
        frames.word0(zone.first + block, FrameWord.flags(Frames.FREE));
        frames.word1(zone.first + block, FrameWord.free(order, 0, next));
        if (next != 0) {
            long word = frames.word1(zone.first + next - 1);
            frames.word1(zone.first + next - 1, FrameWord.free(order, block + 1, FrameWord.freeNext(word)));
        }
        zone.heads[order] = block + 1;
    }

    private int unlink(int order) {
        int block = zone.heads[order] - 1;
        int next = FrameWord.freeNext(frames.word1(zone.first + block));
        if (next != 0) {
            long word = frames.word1(zone.first + next - 1);
            frames.word1(zone.first + next - 1, FrameWord.free(order, 0, FrameWord.freeNext(word)));
        }
        zone.heads[order] = next;
        frames.word0(zone.first + block, 0);
        return block;
    }

    /** Lets the first block of a list say that another comes before it. */
    public void breakLink() {
        int order = order();
        long pfn = zone.first + zone.heads[order] - 1;
        frames.word1(pfn, FrameWord.free(order, 5, FrameWord.freeNext(frames.word1(pfn))));
    }

    /** Cuts a block so that a piece of two frames starts at an odd one. */
    public void misalign() {
        int order = order();
        int block = unlink(order);
        link(block, 0);
        link(block + 1, 1);
        link(block + 3, 0);
        for (int piece = 2; piece < order; piece++) {
            link(block + (1 << piece), piece);
        }
    }

    /** Lets the last block of a list be followed by itself. */
    public void listTwice() {
        int order = order();
        int at = zone.heads[order];
        while (FrameWord.freeNext(frames.word1(zone.first + at - 1)) != 0) {
            at = FrameWord.freeNext(frames.word1(zone.first + at - 1));
        }
        long pfn = zone.first + at - 1;
        frames.word1(pfn, FrameWord.free(order, FrameWord.freePrevious(frames.word1(pfn)), at));
    }

    /** Lets a frame inside a free block say that it has a type. */
    public void markInside() {
        frames.word0(zone.first + zone.heads[order()], 1);
    }

    /** Lists the halves of a block instead of the block. */
    public void part() {
        int order = order();
        int block = unlink(order);
        link(block + (1 << order - 1), order - 1);
        link(block, order - 1);
    }

    /** Lets a cached frame say that it has a type. */
    public void markCached() {
        for (int i = 0; i < words.length / 2; i++) {
            if (words[2 * i] == FrameWord.flags(Frames.CACHED)) {
                frames.word0(zone.first + i, words[2 * i] | 1);
                return;
            }
        }
        throw new IllegalStateException("node " + zone.node + " has no cached frame");
    }
}

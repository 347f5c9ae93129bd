package moraine.driver.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Pages;

/** Writes three times what the first half of a range holds into the second half; a page of each is a step. */
final class TripleKernel implements Kernel {
    private static final int LONGS = Pages.SIZE / Long.BYTES;

    private final long base;
    private final int salt;
    private final MemorySegment bytes;
    private final int first;
    private final int blocks;
    private final int pagesEach;

    TripleKernel(FakeSpace space, int first, int blocks, int pagesEach) {
        this(space.base, space.id, space.bytes, first, blocks, pagesEach);
    }

    /**
     * Over memory at an address.
     *
     * @param bytes what the memory holds, or a copy of it, for {@link #prepare} and {@link #wrong}
     */
    TripleKernel(long base, int salt, MemorySegment bytes, int first, int blocks, int pagesEach) {
        this.base = base;
        this.salt = salt;
        this.bytes = bytes;
        this.first = first;
        this.blocks = blocks;
        this.pagesEach = pagesEach;
    }

    /** Over all pages of a space, a page of input in a block. */
    static TripleKernel over(FakeSpace space) {
        return new TripleKernel(space, 0, space.pages / 2, 1);
    }

    @Override
    public String name() {
        return "triple";
    }

    @Override
    public int blocks() {
        return blocks;
    }

    @Override
    public Block block(int index) {
        return new Block() {
            private final MemorySegment buffer = MemorySegment.ofArray(new long[LONGS]);
            private int page;

            @Override
            public boolean step(DeviceAccess memory) {
                int input = first + index * pagesEach + page;
                memory.read(page(input), buffer);
                for (int i = 0; i < LONGS; i++) {
                    buffer.setAtIndex(ValueLayout.JAVA_LONG, i, buffer.getAtIndex(ValueLayout.JAVA_LONG, i) * 3);
                }
                memory.write(page(input + inputPages()), buffer);
                return ++page < pagesEach;
            }
        };
    }

    /** Fills the input. */
    TripleKernel prepare() {
        long at = (long) first * LONGS;
        for (long i = 0; i < (long) inputPages() * LONGS; i++) {
            bytes.setAtIndex(ValueLayout.JAVA_LONG, at + i, i * 31 + salt);
        }
        return this;
    }

    /** {@return how many words of the output are wrong} */
    long wrong() {
        long at = (long) first * LONGS;
        long longs = (long) inputPages() * LONGS;
        long wrong = 0;
        for (long i = 0; i < longs; i++) {
            if (bytes.getAtIndex(ValueLayout.JAVA_LONG, at + longs + i) != (i * 31 + salt) * 3) {
                wrong++;
            }
        }
        return wrong;
    }

    private long page(int page) {
        return base + (long) page * Pages.SIZE;
    }

    int inputPages() {
        return blocks * pagesEach;
    }
}

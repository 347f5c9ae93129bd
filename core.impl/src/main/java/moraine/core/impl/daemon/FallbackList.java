package moraine.core.impl.daemon;

import java.util.Arrays;
import moraine.core.api.daemon.Fallbacks;
import moraine.core.impl.allocator.FallbackCounts;

/** Rows of what fell back since a daemon last asked. */
public final class FallbackList implements Fallbacks {
    private final Object owner;
    private final long[] keys;
    private final long[] pages;
    private int size;

    /** @param owner whose reads fill it */
    FallbackList(Object owner, int capacity) {
        this.owner = owner;
        keys = new long[capacity];
        pages = new long[capacity];
    }

    boolean isOf(Object other) {
        return owner == other;
    }

    void clear() {
        size = 0;
    }

    /** {@return whether there was room for the row} */
    boolean add(long key, long count) {
        if (size == keys.length) {
            return false;
        }
        keys[size] = key;
        pages[size] = count;
        size++;
        return true;
    }

    private int checked(int row) {
        if (row < 0 || row >= size) {
            throw new IndexOutOfBoundsException("row " + row + " of " + size + " rows of fallbacks");
        }
        return row;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int tenant(int row) {
        return FallbackCounts.tenant(keys[checked(row)]);
    }

    @Override
    public int wanted(int row) {
        return FallbackCounts.wanted(keys[checked(row)]);
    }

    @Override
    public int got(int row) {
        return FallbackCounts.got(keys[checked(row)]);
    }

    @Override
    public long pages(int row) {
        return pages[checked(row)];
    }

    @Override
    public String toString() {
        return size + " rows, pages " + Arrays.toString(Arrays.copyOf(pages, size));
    }
}

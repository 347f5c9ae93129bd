package moraine.core.impl.hints;

import java.util.Arrays;

/**
 * Hints by address: disjoint ranges in ascending order, each with a preferred node or -1, the devices that access it,
 * and whether it is read mostly. Immutable; a change makes another map, and lookups need no lock.
 */
final class HintMap {
    static final HintMap EMPTY = new HintMap(new long[0], new long[0], new byte[0], new long[0], new boolean[0], 0);

    /** What becomes of the hints of a range. */
    interface Change {
        /** {@return the preferred node, or -1} */
        int preferred(int before);

        /** {@return the devices that access it, a bit each} */
        long accessedBy(long before);

        /** {@return whether it is read far more often than written} */
        default boolean readMostly(boolean before) {
            return before;
        }
    }

    private final long[] starts;
    private final long[] ends;
    private final byte[] preferred;
    private final long[] accessedBy;
    private final boolean[] readMostly;
    private final int size;

    private HintMap(long[] starts, long[] ends, byte[] preferred, long[] accessedBy, boolean[] readMostly, int size) {
        this.starts = starts;
        this.ends = ends;
        this.preferred = preferred;
        this.accessedBy = accessedBy;
        this.readMostly = readMostly;
        this.size = size;
    }

    int size() {
        return size;
    }

    /** {@return the node where the page is advised to be, or -1} */
    int preferred(long address) {
        int at = firstEndingAfter(address);
        return at < size && starts[at] <= address ? preferred[at] : -1;
    }

    /** {@return whether the page is advised to be read far more often than written} */
    boolean readMostly(long address) {
        int at = firstEndingAfter(address);
        return at < size && starts[at] <= address && readMostly[at];
    }

    /** {@return the devices that access any page of a range, a bit each} */
    long accessedBy(long start, long end) {
        long any = 0;
        for (int at = firstEndingAfter(start); at < size && starts[at] < end; at++) {
            any |= accessedBy[at];
        }
        return any;
    }

    /** {@return how far from an address on the hint that holds there, or its absence, goes on} */
    long until(long address) {
        int at = firstEndingAfter(address);
        if (at == size) {
            return Long.MAX_VALUE;
        }
        return starts[at] <= address ? ends[at] : starts[at];
    }

    private int firstEndingAfter(long address) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = low + high >>> 1;
            if (ends[middle] > address) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** {@return the map after a change of a range} */
    HintMap with(long start, long end, Change change) {
        var made = new Builder(2 * size + 3);
        for (int at = 0; at < size; at++) {
            made.add(starts[at], Math.min(ends[at], start), preferred[at], accessedBy[at], readMostly[at]);
        }
        for (long from = start; from < end; ) {
            long to = Math.min(end, until(from));
            made.add(
                    from,
                    to,
                    change.preferred(preferred(from)),
                    change.accessedBy(accessedBy(from, from + 1)),
                    change.readMostly(readMostly(from)));
            from = to;
        }
        for (int at = 0; at < size; at++) {
            made.add(Math.max(starts[at], end), ends[at], preferred[at], accessedBy[at], readMostly[at]);
        }
        return made.build();
    }

    /** {@return the map after the hints of a range went to another place, where none were} */
    HintMap moved(long start, long end, long target) {
        HintMap now = with(start, end, NOTHING);
        for (int at = 0; at < size; at++) {
            long from = Math.max(starts[at], start);
            long to = Math.min(ends[at], end);
            if (from < to) {
                int node = preferred[at];
                long devices = accessedBy[at];
                now = now.with(from - start + target, to - start + target, fixed(node, devices, readMostly[at]));
            }
        }
        return now;
    }

    static final Change NOTHING = fixed(-1, 0, /* read= */ false);

    private static Change fixed(int node, long devices, boolean read) {
        return new Change() {
            @Override
            public int preferred(int before) {
                return node;
            }

            @Override
            public long accessedBy(long before) {
                return devices;
            }

            @Override
            public boolean readMostly(boolean before) {
                return read;
            }
        };
    }

    /** Collects ranges in ascending order, joins equal neighbours, and leaves out what says nothing. */
    private static final class Builder {
        private final long[] starts;
        private final long[] ends;
        private final byte[] preferred;
        private final long[] accessedBy;
        private final boolean[] readMostly;
        private int size;

        Builder(int room) {
            starts = new long[room];
            ends = new long[room];
            preferred = new byte[room];
            accessedBy = new long[room];
            readMostly = new boolean[room];
        }

        void add(long start, long end, int node, long devices, boolean read) {
            if (start >= end || node < 0 && devices == 0 && !read) {
                return;
            }
            int last = size - 1;
            if (size > 0
                    && ends[last] == start
                    && preferred[last] == node
                    && accessedBy[last] == devices
                    && readMostly[last] == read) {
                ends[last] = end;
                return;
            }
            starts[size] = start;
            ends[size] = end;
            preferred[size] = (byte) node;
            accessedBy[size] = devices;
            readMostly[size] = read;
            size++;
        }

        HintMap build() {
            return new HintMap(
                    Arrays.copyOf(starts, size),
                    Arrays.copyOf(ends, size),
                    Arrays.copyOf(preferred, size),
                    Arrays.copyOf(accessedBy, size),
                    Arrays.copyOf(readMostly, size),
                    size);
        }
    }
}

package moraine.sim.time;

/**
 * A set-associative cache with least-recently-used replacement, as a filter of references: it holds no data, only which
 * lines are present and which of them this cache may write without telling the others (MSI).
 *
 * <pre>
 * tag:  63 ......... 8 | 7 .... 2 | 1        | 0
 *       line number    | node     | modified | present
 * </pre>
 *
 * The node is part of the tag: a page that moved is no longer cached.
 */
final class CacheFilter {
    private static final long PRESENT = 1;
    private static final long MODIFIED = 2;

    private final int sets;
    private final int ways;
    /** Tags by set, most recently used first. */
    private final long[] tags;

    CacheFilter(long bytes, int ways, int lineBytes) {
        this.ways = ways;
        this.sets = (int) Math.max(1, bytes / ((long) ways * lineBytes));
        this.tags = new long[sets * ways];
    }

    long lines() {
        return tags.length;
    }

    /** {@return the tag of a line on a node, neither present nor modified} */
    static long tag(long line, int node) {
        return line << 8 | (long) node << 2;
    }

    /** Looks a line up and makes it the most recently used. @return its tag with state bits, or 0 when absent */
    long lookup(long tag) {
        int first = set(tag);
        long newest = tags[first];
        if ((newest & ~MODIFIED) == (tag | PRESENT)) {
            return newest;
        }
        for (int i = first + 1; i < first + ways; i++) {
            long found = tags[i];
            if ((found & ~MODIFIED) == (tag | PRESENT)) {
                System.arraycopy(tags, first, tags, first + 1, i - first);
                tags[first] = found;
                return found;
            }
        }
        return 0;
    }

    static boolean modified(long found) {
        return (found & MODIFIED) != 0;
    }

    /** Brings an absent line in, in place of the set's least recently used. */
    void insert(long tag, boolean modified) {
        int first = set(tag);
        System.arraycopy(tags, first, tags, first + 1, ways - 1);
        tags[first] = tag | PRESENT | (modified ? MODIFIED : 0);
    }

    /** Marks the line just looked up as modified. */
    void modify(long tag) {
        tags[set(tag)] |= MODIFIED;
    }

    /** Another cache writes the line: drop it. */
    void invalidate(long tag) {
        int i = index(tag);
        if (i >= 0) {
            tags[i] = 0;
        }
    }

    /** Another cache reads the line: keep it for reading. */
    void share(long tag) {
        int i = index(tag);
        if (i >= 0) {
            tags[i] &= ~MODIFIED;
        }
    }

    private int index(long tag) {
        int first = set(tag);
        for (int i = first; i < first + ways; i++) {
            if ((tags[i] & ~MODIFIED) == (tag | PRESENT)) {
                return i;
            }
        }
        return -1;
    }

    /** Fibonacci hashing, as last-level caches hash their index; any number of sets. */
    private int set(long tag) {
        long hash = ((tag >>> 8) * 0x9E37_79B9_7F4A_7C15L) >>> 32;
        return (int) ((hash * sets) >>> 32) * ways;
    }
}

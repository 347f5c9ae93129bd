package moraine.core.impl.frames;

/**
 * Layout of the two words of a frame's record.
 *
 * <pre>
 * word 0, CAS
 *  63            48 47            32 31          18 17        6 5      0
 * +----------------+----------------+--------------+-----------+--------+
 * |    mappings    |   references   |    tenant    |   flags   |  type  |
 * +----------------+----------------+--------------+-----------+--------+
 *
 * word 1 of a frame in use, written by whoever holds it
 *  63                      36 35                                       0
 * +--------------------------+------------------------------------------+
 * |      mapping object      |                page index                |
 * +--------------------------+------------------------------------------+
 *
 * word 1 of the head of a free block, under the zone's lock; links are frames of the zone, counted from 1, 0 for none
 *  63   60 59                      30 29                               0
 * +-------+--------------------------+----------------------------------+
 * | order |         previous         |               next               |
 * +-------+--------------------------+----------------------------------+
 * </pre>
 */
public final class FrameWord {
    public static final int TYPE_BITS = 6;
    public static final int FLAG_BITS = 12;
    public static final int TENANT_BITS = 14;
    public static final int REFS_BITS = 16;
    public static final int MAPPINGS_BITS = 16;

    public static final int FLAG_SHIFT = TYPE_BITS;
    public static final int TENANT_SHIFT = FLAG_SHIFT + FLAG_BITS;
    public static final int REFS_SHIFT = TENANT_SHIFT + TENANT_BITS;
    public static final int MAPPINGS_SHIFT = REFS_SHIFT + REFS_BITS;

    public static final int TYPE_MAX = (1 << TYPE_BITS) - 1;
    public static final int TENANT_MAX = (1 << TENANT_BITS) - 1;
    public static final int REFS_MAX = (1 << REFS_BITS) - 1;
    public static final int MAPPINGS_MAX = (1 << MAPPINGS_BITS) - 1;

    public static final long FLAGS = ((1L << FLAG_BITS) - 1) << FLAG_SHIFT;
    public static final long REF = 1L << REFS_SHIFT;
    public static final long REFS = (long) REFS_MAX << REFS_SHIFT;
    public static final long MAPPING = 1L << MAPPINGS_SHIFT;

    public static final int OBJECT_BITS = 28;
    public static final int INDEX_BITS = 36;
    public static final long OBJECT_MAX = (1L << OBJECT_BITS) - 1;
    public static final long INDEX_MAX = (1L << INDEX_BITS) - 1;

    public static final int LINK_BITS = 30;
    public static final int LINK_MAX = (1 << LINK_BITS) - 1;

    private FrameWord() {}

    /** {@return word 0 of a frame with one reference} */
    public static long inUse(int type, int tenant) {
        return REF | (long) tenant << TENANT_SHIFT | type;
    }

    public static int type(long word) {
        return (int) word & TYPE_MAX;
    }

    public static long withType(long word, int type) {
        return (word & ~(long) TYPE_MAX) | type;
    }

    public static int tenant(long word) {
        return (int) (word >>> TENANT_SHIFT) & TENANT_MAX;
    }

    public static long withTenant(long word, int tenant) {
        return (word & ~((long) TENANT_MAX << TENANT_SHIFT)) | (long) tenant << TENANT_SHIFT;
    }

    public static int refs(long word) {
        return (int) (word >>> REFS_SHIFT) & REFS_MAX;
    }

    public static long withRefs(long word, int refs) {
        return (word & ~REFS) | (long) refs << REFS_SHIFT;
    }

    public static int mappings(long word) {
        return (int) (word >>> MAPPINGS_SHIFT);
    }

    public static long withMappings(long word, int mappings) {
        return (word & ~((long) MAPPINGS_MAX << MAPPINGS_SHIFT)) | (long) mappings << MAPPINGS_SHIFT;
    }

    /** {@return the flags of {@link Frames}, shifted to where word 0 has them} */
    public static long flags(int flags) {
        return (long) flags << FLAG_SHIFT;
    }

    public static long owner(long object, long index) {
        return object << INDEX_BITS | index;
    }

    public static long object(long owner) {
        return owner >>> INDEX_BITS;
    }

    public static long index(long owner) {
        return owner & INDEX_MAX;
    }

    public static long free(int order, int previous, int next) {
        return (long) order << (2 * LINK_BITS) | (long) previous << LINK_BITS | next;
    }

    public static int freeOrder(long word) {
        return (int) (word >>> (2 * LINK_BITS));
    }

    public static int freePrevious(long word) {
        return (int) (word >>> LINK_BITS) & LINK_MAX;
    }

    public static int freeNext(long word) {
        return (int) word & LINK_MAX;
    }
}

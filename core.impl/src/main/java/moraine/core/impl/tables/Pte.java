package moraine.core.impl.tables;

import moraine.core.api.model.PageState;

/**
 * The layout of a page-table entry, for CPU tables and DeviceTables alike.
 *
 * <pre>
 *  63                              12 11     10     9     8       7          6     5     4     3  0
 * +----------------------------------+------+------+-----+-------+----------+-----+-----+-----+----+
 * | frame number                     |HINTED|ATOMIC|LARGE|UFFD_WP|SOFT_DIRTY|DIRTY|YOUNG|WRITE|kind|
 * +----------------------------------+------+------+-----+-------+----------+-----+-----+-----+----+
 * </pre>
 *
 * The bits from WRITE to HINTED survive every change of kind. A MIGRATING entry keeps the number of the source frame; a
 * SWAPPED one has the number of a swap slot there, of which it is a user, and is never LARGE. HINTED on a MIGRATING,
 * SWAPPED, DEVICE_PRIVATE or EXCLUSIVE entry says that it is to be HINT where it would be PRESENT. HINT stands where
 * the mapping allows nothing; NUMA_HINT where it allows something, and the next touch of a CPU is to be noticed. A
 * NUMA_HINT is lost where its page becomes anything but PRESENT. An EXCLUSIVE entry keeps the bits that it is to have
 * again, and counts as clean and old until then. ATOMIC in a device's entry says that the device has the page
 * exclusively. The same two bits mean something else where those cannot stand: DUPLICATED in a CPU's entry that devices
 * may have duplicates of its page, or that it is merged with others; DUPLICATE in a device's entry that it maps one,
 * and holds the only reference to it.
 */
public final class Pte {
    public static final int NONE = 0;
    public static final int ZERO = 1;
    public static final int PRESENT = 2;
    public static final int HINT = 3;
    public static final int DEVICE_PRIVATE = 4;
    public static final int EXCLUSIVE = 5;
    public static final int MIGRATING = 6;
    public static final int SWAPPED = 7;
    public static final int POISONED = 8;
    public static final int USERFAULT = 9;
    /** In a middle table: a leaf table hangs below. */
    public static final int TABLE = 10;
    /** PRESENT, but the next touch of a CPU faults, is noticed, and makes it PRESENT (Linux prot_numa). */
    public static final int NUMA_HINT = 11;

    public static final long KIND_MASK = 0xF;
    public static final long WRITE = 1L << 4;
    public static final long YOUNG = 1L << 5;
    public static final long DIRTY = 1L << 6;
    public static final long SOFT_DIRTY = 1L << 7;
    public static final long UFFD_WP = 1L << 8;
    public static final long LARGE = 1L << 9;
    public static final long ATOMIC = 1L << 10;
    public static final long HINTED = 1L << 11;
    /** In a CPU's entry: whoever makes it writable announces first, with the frame's lock held. */
    public static final long DUPLICATED = ATOMIC;
    /** In a device's entry: the frame is a duplicate that goes with this translation. */
    public static final long DUPLICATE = HINTED;
    /** What survives a change of kind. */
    public static final long BITS_MASK = 0xFF0;

    private static final int PFN_SHIFT = 12;

    private Pte() {}

    public static long of(int kind, long pfn, long bits) {
        return pfn << PFN_SHIFT | bits & BITS_MASK | kind;
    }

    public static int kind(long entry) {
        return (int) (entry & KIND_MASK);
    }

    public static long pfn(long entry) {
        return entry >>> PFN_SHIFT;
    }

    public static long bits(long entry) {
        return entry & BITS_MASK;
    }

    public static boolean writable(long entry) {
        return (entry & WRITE) != 0;
    }

    public static boolean large(long entry) {
        return (entry & LARGE) != 0;
    }

    /** {@return the same bits and frame under another kind} */
    public static long withKind(long entry, int kind) {
        return entry & ~KIND_MASK | kind;
    }

    /** {@return the entry as one of a frame that the CPU can reach: PRESENT, or HINT where that is marked} */
    public static long present(long entry) {
        boolean hint = kind(entry) == HINT || (entry & HINTED) != 0;
        return withKind(entry & ~HINTED, hint ? HINT : PRESENT);
    }

    /** {@return the entry under a kind that is not present, marked where it was HINT} */
    public static long absent(long entry, int kind) {
        return withKind(kind(entry) == HINT ? entry | HINTED : entry, kind);
    }

    /** {@return the entry as one of a merged page: read-only, and marked, so that who read it before loses} */
    public static long merged(long entry) {
        return entry & ~WRITE | DUPLICATED;
    }

    /** {@return the same kind and bits for another frame} */
    public static long withPfn(long entry, long pfn) {
        return entry & (KIND_MASK | BITS_MASK) | pfn << PFN_SHIFT;
    }

    /** {@return whether the entry maps a frame and counts as one of its mappings} */
    public static boolean maps(long entry) {
        int kind = kind(entry);
        return reachable(entry) || kind == HINT || kind == DEVICE_PRIVATE || kind == EXCLUSIVE;
    }

    /** {@return whether the entry maps a frame that CPUs may use where it is, whether that is to be noticed or not} */
    public static boolean reachable(long entry) {
        int kind = kind(entry);
        return kind == PRESENT || kind == NUMA_HINT;
    }

    /** {@return the kind for people and reports} */
    public static PageState state(long entry) {
        return switch (kind(entry)) {
            case NONE, TABLE -> PageState.NONE;
            case ZERO -> PageState.ZERO;
            case PRESENT -> PageState.PRESENT;
            case HINT, NUMA_HINT -> PageState.HINT;
            case DEVICE_PRIVATE -> PageState.DEVICE_PRIVATE;
            case EXCLUSIVE -> PageState.EXCLUSIVE;
            case MIGRATING -> PageState.MIGRATING;
            case SWAPPED -> PageState.SWAPPED;
            case POISONED -> PageState.POISONED;
            case USERFAULT -> PageState.USERFAULT;
            default ->
                throw new IllegalStateException("page-table entry 0x" + Long.toHexString(entry) + " has kind "
                        + kind(entry) + ", which none has; the table is corrupt");
        };
    }

    /** {@return kind, frame and bits in words} */
    public static String text(long entry) {
        return state(entry) + " pfn " + pfn(entry) + (writable(entry) ? " W" : " R") + (large(entry) ? " large" : "");
    }
}

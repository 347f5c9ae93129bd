package moraine.core.api.model;

/** Page sizes and address arithmetic: 4 KiB base pages, 2 MiB large pages, 48-bit user addresses. */
public final class Pages {
    public static final int SHIFT = 12;
    public static final int SIZE = 1 << SHIFT;
    public static final long OFFSET_MASK = SIZE - 1L;
    /** Buddy order of a large page. */
    public static final int LARGE_ORDER = 9;

    public static final int LARGE_SHIFT = SHIFT + LARGE_ORDER;
    public static final long LARGE_SIZE = 1L << LARGE_SHIFT;
    public static final int PER_LARGE = 1 << LARGE_ORDER;
    /** First address beyond user space. */
    public static final long ADDRESS_LIMIT = 1L << 47;

    private Pages() {}

    public static long floor(long address) {
        return address & -SIZE;
    }

    public static long ceil(long address) {
        return (address + OFFSET_MASK) & -SIZE;
    }

    /** {@return how many pages hold so many bytes} */
    public static long count(long bytes) {
        return (bytes + OFFSET_MASK) >>> SHIFT;
    }

    public static boolean aligned(long address) {
        return (address & OFFSET_MASK) == 0;
    }

    /** {@return {@code 0xstart-0xend (n pages)}} */
    public static String range(long start, long end) {
        return "0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end) + " (" + count(end - start) + " pages)";
    }
}

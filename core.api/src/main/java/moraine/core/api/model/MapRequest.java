package moraine.core.api.model;

/**
 * What to map, as {@code mmap} takes it.
 *
 * @param bytes length, rounded up to whole pages
 * @param protection allowed accesses
 * @param sharing private or shared with forks
 * @param address where, page-aligned, or 0 for a free place
 * @param alignment of the free place: {@link Pages#SIZE} or {@link Pages#LARGE_SIZE}
 * @param largeOnly whether it is made of 2 MiB pages and nothing else (MAP_HUGETLB)
 */
public record MapRequest(
        long bytes, Protection protection, Sharing sharing, long address, long alignment, boolean largeOnly) {
    public MapRequest(long bytes, Protection protection, Sharing sharing, long address, long alignment) {
        this(bytes, protection, sharing, address, alignment, false);
    }

    public static MapRequest anonymous(long bytes) {
        return new MapRequest(bytes, Protection.READ_WRITE, Sharing.PRIVATE, 0, Pages.SIZE);
    }

    public MapRequest shared() {
        return new MapRequest(bytes, protection, Sharing.SHARED, address, alignment, largeOnly);
    }

    public MapRequest at(long fixed) {
        return new MapRequest(bytes, protection, sharing, fixed, alignment, largeOnly);
    }

    public MapRequest protect(Protection other) {
        return new MapRequest(bytes, other, sharing, address, alignment, largeOnly);
    }

    public MapRequest aligned(long bytesAlignment) {
        return new MapRequest(bytes, protection, sharing, address, bytesAlignment, largeOnly);
    }

    /**
     * {@return the same of 2 MiB pages only, rounded up to them: no page is ever split, parts of one are refused with
     * EINVAL, a touch that finds no such page free ends with ENOMEM, and none goes to a device}
     */
    public MapRequest largePages() {
        return new MapRequest(bytes, protection, sharing, address, Pages.LARGE_SIZE, true);
    }
}

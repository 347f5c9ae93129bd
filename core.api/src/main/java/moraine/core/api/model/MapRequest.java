package moraine.core.api.model;

/**
 * What to map, as {@code mmap} takes it.
 *
 * @param bytes length, rounded up to whole pages
 * @param protection allowed accesses
 * @param sharing private or shared with forks
 * @param address where, page-aligned, or 0 for a free place
 * @param alignment of the free place: {@link Pages#SIZE} or {@link Pages#LARGE_SIZE}
 */
public record MapRequest(long bytes, Protection protection, Sharing sharing, long address, long alignment) {
    public static MapRequest anonymous(long bytes) {
        return new MapRequest(bytes, Protection.READ_WRITE, Sharing.PRIVATE, 0, Pages.SIZE);
    }

    public MapRequest shared() {
        return new MapRequest(bytes, protection, Sharing.SHARED, address, alignment);
    }

    public MapRequest at(long fixed) {
        return new MapRequest(bytes, protection, sharing, fixed, alignment);
    }

    public MapRequest protect(Protection other) {
        return new MapRequest(bytes, other, sharing, address, alignment);
    }

    public MapRequest aligned(long bytesAlignment) {
        return new MapRequest(bytes, protection, sharing, address, bytesAlignment);
    }
}

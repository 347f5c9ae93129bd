package moraine.core.api.model;

/** What to do with a page that a device touched and cannot reach as wished. */
public enum DeviceAction {
    /** Leave it and let the device access it over the link; a hole is filled by the device's zonelist. */
    MAP_REMOTE,
    /** Bring it to the device's own memory; a hole is made there directly. */
    MIGRATE,
    /**
     * Leave it, let nobody write it without a fault, and give the device a duplicate in its own memory; a write by
     * anybody takes all duplicates away first. For a fault that writes it means {@link #MIGRATE}. What cannot be
     * duplicated (shared, of a file, pinned, of 2 MiB, no free page on the device) is mapped as {@link #MAP_REMOTE}.
     */
    DUPLICATE_READ_ONLY,
    /**
     * Leave it and take everybody else's access away until somebody else touches it. What cannot be had so (shared,
     * read only) is mapped as {@link #MAP_REMOTE}.
     */
    EXCLUSIVE
}

package moraine.core.api.model;

/**
 * One independent property of a memory type. No attribute implies another; see {@link MemoryType} for the few rules.
 */
public enum Attribute {
    /** CPUs can load and store it; without this its page-table entries are not present. */
    CPU_ADDRESSABLE,
    /** The owning device can load and store it. */
    DEVICE_ADDRESSABLE,
    /** CPU caches and the device stay coherent without software. */
    COHERENT,
    /** Its pages can be migrated. */
    MOVABLE,
    /** Its pages are aged and scanned by reclaim. */
    ON_LRU,
    /** It may hold pages of the page cache. */
    FILE_BACKABLE,
    /**
     * Storage reaches it: files are written from it and read into it with no copy in between. Without this a page is
     * copied to RAM on its way to a file, and from there on its way back.
     */
    DIRECT_IO,
    /** Pages of equal content may be merged. */
    MERGEABLE,
    /** NUMA hint faults may be planted in it. */
    HINT_FAULTABLE,
    /** Reclaim may take its pages. */
    RECLAIMABLE,
    /** An application may bind to it. */
    USER_BINDABLE,
    /** An application may prefer it, or interleave pages over it and others. */
    USER_PREFERABLE,
    /** An application may move pages to it. */
    USER_MIGRATABLE,
    /** Demotion may choose it. */
    DEMOTION_TARGET,
    /** It can go away while the machine runs. */
    HOT_REMOVABLE
}

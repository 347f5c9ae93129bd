package moraine.core.api.time;

/**
 * A named place in a protocol where another actor may come between. A thread that reaches one may hold guards; those
 * are named here, so that a script never waits for somebody who needs one of them. Every thread that is within an
 * operation also keeps the checker waiting.
 */
public enum Point {
    /**
     * An invalidation was announced to every device; nothing in the CPU's table has changed. Holds what the caller had,
     * and the announcement: range faults of the space wait for its end.
     */
    NOTIFIER_STARTED,
    /** A range was read from the CPU's table and not yet proven, to be installed in the DeviceTable or shown. */
    RANGE_READ,
    /** A fault read an entry and is about to act on it. Holds the space shared, or nothing for a first touch. */
    FAULT_LOOKED_UP,
    /**
     * A page is ready for a first touch, cleared or filled by a handler, and not yet installed. Holds no lock of a
     * page; the space shared where memory is shared or a device touches.
     */
    FAULT_PAGE_READY,
    /**
     * The entry for a first touch's page is made and not yet installed. Holds the frame lock where the page is a
     * device's; the space as at {@link #FAULT_PAGE_READY}.
     */
    FAULT_ENTRY_READY,
    /**
     * A first touch of private memory found its mapping alive and is about to install. Holds what it holds at
     * {@link #FAULT_ENTRY_READY}, and the region's lock: whoever changes mappings of the region waits.
     */
    FAULT_INSTALLING,
    /**
     * A copy for a write is ready; the old page is still mapped. Holds the space shared, a reference to the old page.
     */
    COPY_READY,
    /** A CPU fault is about to bring a page home and to try its frame lock. Holds the space shared. */
    BRING_BACK,
    /**
     * A number of a frame was read and the frame is about to be held; it may be another's page by now. Holds the space
     * shared in a migration by address and in a pin, nothing in an eviction, except locks of frames that a migration
     * took before.
     */
    FRAME_LOOKED_UP,
    /**
     * A pin refers to the frame that it read, and is about to try its lock and to read the entry again. Holds the space
     * shared and that reference.
     */
    PIN_REFERENCED,
    /**
     * A migration has chosen the pages that it may move, and is about to get destinations for them. Holds the pages'
     * frame locks; by address the space shared.
     */
    MIGRATE_CHOSEN,
    /**
     * Slots of a migration hold their pages: referenced and locked. Holds frame locks; by address the space shared, and
     * the range is announced.
     */
    MIGRATE_COLLECTED,
    /** All entries of a batch's pages are MIGRATING and nobody uses them. Holds frame locks; all is announced. */
    MIGRATE_UNMAPPED,
    /** Content was copied to the destination. Holds frame locks; all is announced. */
    MIGRATE_COPIED,
    /** Records and content are the destination's; entries are still MIGRATING. Holds frame locks; all is announced. */
    MIGRATE_MOVED,
    /**
     * A hole's page is ready at the destination of a migration and not yet installed. Holds the space shared and the
     * destinations' frame locks; the range is announced.
     */
    HOLE_READY,
    /** A folio is about to be split. Holds its frame lock. */
    FOLIO_SPLIT,
    /** Victims of an eviction are held. Holds frame locks. */
    EVICT_HELD,
    /** Mappings were taken off the map; their entries are still there. Holds the space exclusive. */
    UNMAP_PUBLISHED,
    /**
     * A 2 MiB page was met of which a part is to change, and is about to be split. Holds the space exclusive; a range
     * is announced.
     */
    LEAF_IN_PART,
    /** A fork copied a mapping's entries. Holds the parent space exclusive. */
    FORK_COPYING,
    /**
     * A page advised free can no longer be written and is not yet marked. Holds the space exclusive, the region's lock,
     * the frame's and a reference; a range is announced.
     */
    LAZY_MARKED,
    /** A folio in whose entries hints are to be planted is held; no entry was looked at. Holds its frame lock. */
    HINT_HELD,
    /** A page was made exclusive to a device and is not yet in its table. Holds the frame lock. */
    EXCLUSIVE_MARKED,
    /**
     * Pages were copied for a device that reads them, nobody can write them, and the device does not see the copies
     * yet. Holds the space shared and frame locks.
     */
    DUPLICATE_COPIED,
    /** A write is about to make the entry of a page writable that only this entry maps. Holds the space shared. */
    WRITE_ALONE,
    /** Pages that seem to be equal are about to be unmapped, to be merged. Holds frame locks. */
    MERGE_HELD,
    /**
     * All entries of pages that are to be merged are MIGRATING and nobody uses them; whether they are equal is not yet
     * proven. Holds frame locks; all is announced.
     */
    MERGE_UNMAPPED,
    /** Pages were merged in their records; their entries are still MIGRATING. Holds frame locks; all is announced. */
    MERGE_JOINED,
    /**
     * Pages on their way to swap: all their entries are MIGRATING, nobody uses them, and they are about to be written.
     * Holds their frame locks; nothing is announced.
     */
    SWAP_UNMAPPED,
    /** Their content is in slots of a swap area; entries are still MIGRATING. Holds as {@link #SWAP_UNMAPPED}. */
    SWAP_WRITTEN,
    /** A page was read from swap for a touch and is not yet installed. Holds the space shared. */
    SWAP_READ,
    /**
     * A fault found the page of a file or buffer that it is to map, and is about to try its frame lock. Holds the space
     * shared and a reference to the page.
     */
    FILE_PAGE_FOUND,
    /**
     * Pages were read from a file for a touch, a read or ahead of one, and are not yet in the cache. Holds nothing of
     * the core; others who want these pages wait.
     */
    FILE_READ,
    /**
     * Dirty pages of a file are marked clean, nobody can write to them without a fault, and they are not yet copied.
     * Holds the file's lock for writing back and frame locks.
     */
    WRITEBACK_PROTECTED,
    /** The same pages were copied and are not yet written. Holds the file's lock for writing back. */
    WRITEBACK_COPIED,
    /**
     * A file has its new end, nothing beyond it is mapped, and pages beyond it are still there. Holds the file's locks
     * for changes and for writing back.
     */
    FILE_CUT,
    /** A device's launches have failed and its tables are closed; its pages are still there. Holds nothing. */
    REMOVAL_MARKED
}

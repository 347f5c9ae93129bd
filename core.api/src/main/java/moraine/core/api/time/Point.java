package moraine.core.api.time;

/**
 * A named place in a protocol where another actor may come between. A thread that reaches one may hold guards; those
 * are named here, so that a script never waits for somebody who needs one of them.
 */
public enum Point {
    /**
     * An invalidation was announced to every device; nothing in the CPU's table has changed. Holds what the caller had.
     */
    NOTIFIER_STARTED,
    /** A range was read from the CPU's table and is not yet installed in the DeviceTable. Holds nothing. */
    RANGE_READ,
    /** A fault read an entry and is about to act on it. Holds the space shared, or nothing for a first touch. */
    FAULT_LOOKED_UP,
    /** A cleared page is ready for a first touch and not yet installed. Holds no lock. */
    FAULT_PAGE_READY,
    /** A CPU fault is about to take the frame lock of a page that comes home. Holds the space shared. */
    BRING_BACK,
    /** Slots of a migration hold their pages: referenced and locked. Holds frame locks. */
    MIGRATE_COLLECTED,
    /** All entries of a batch's pages are MIGRATING and nobody uses them. Holds frame locks. */
    MIGRATE_UNMAPPED,
    /** Content was copied to the destination. Holds frame locks. */
    MIGRATE_COPIED,
    /** Records and content are the destination's; entries are still MIGRATING. Holds frame locks. */
    MIGRATE_MOVED,
    /** A hole's page is ready at the destination of a migration and not yet installed. Holds the space shared. */
    HOLE_READY,
    /** A folio is about to be split. Holds its frame lock. */
    FOLIO_SPLIT,
    /** Victims of an eviction are held. Holds frame locks. */
    EVICT_HELD,
    /** Mappings were taken off the map; their entries are still there. Holds the space exclusive. */
    UNMAP_PUBLISHED,
    /** A fork copied some of the mappings. Holds the parent space exclusive. */
    FORK_COPYING,
    /** A page was made exclusive to a device and is not yet in its table. Holds the frame lock. */
    EXCLUSIVE_MARKED,
    /** A device is marked as going; its pages are still there. Holds nothing. */
    REMOVAL_MARKED
}

package moraine.core.api.model;

/**
 * Something that happened, from the machine's bounded ring.
 *
 * @param timeNs on the machine's clock
 * @param kind in the vocabulary of GPU drivers
 * @param initiator node that caused it, -1 when none
 * @param space space id, -1 when none
 * @param address first address, 0 when none
 * @param pages how many; of an overflow, faults lost
 * @param cause of a migration, or {@code -}
 */
public record Event(long timeNs, Kind kind, int initiator, int space, long address, long pages, String cause) {
    /** Kinds of events. */
    public enum Kind {
        CPU_FAULT,
        DEVICE_FAULT_BATCH,
        FAULT_BUFFER_OVERFLOW,
        REPLAY,
        MIGRATION,
        EVICTION,
        /** A page that processors fight over stays where it is and is mapped from there. */
        MAP_REMOTE,
        /** Processors take a page from each other. */
        THRASHING_DETECTED,
        /** A device waits for such a page. */
        THROTTLE,
        CONVERSION,
        /** Pages of equal content became one. */
        MERGE,
        /** A pinned page keeps its former type; the address is that of its frame, the number times the page size. */
        KEPT,
        EXCHANGE,
        EJECTION,
        /** A space was ended because a node was full; the pages are those of its tenant on the node. */
        OUT_OF_MEMORY
    }
}

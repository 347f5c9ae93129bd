package moraine.testkit.cdm;

/** What daemons do for memory in the background; whose pages they do it to, the type of the memory says. */
public enum Service {
    /**
     * Ages pages of a node that is low, demotes the oldest, and takes those out of memory that no slower node takes.
     */
    RECLAIM,
    /** Finds out by faults who uses pages, and brings them near, or up. */
    BALANCE,
    /** Makes pages of equal content one. */
    MERGE,
    /** Has owners of idle pages yield them to tenants that found no room; soon, after few rounds without a use. */
    ARBITER
}

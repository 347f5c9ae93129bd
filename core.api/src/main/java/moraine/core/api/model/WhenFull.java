package moraine.core.api.model;

/** What becomes of a touch that wants a page of a node which has none free. */
public enum WhenFull {
    /**
     * The request goes on to the next node of its list; where there is none the toucher takes pages out of memory, and
     * ends with ENOMEM when none can go.
     */
    FAIL,
    /**
     * Pages of the node that were not used lately make room first, as far as their memory type and their tenants allow;
     * then as {@link #FAIL}. So room is made here before pages spill there.
     */
    RECLAIM,
    /**
     * As {@link #RECLAIM}; where there is no next node, and no page can go either, the space that asked is ended: its
     * memory is freed, and accesses and launches of it end with SIGKILL (Linux: the out-of-memory killer within a
     * binding).
     */
    END
}

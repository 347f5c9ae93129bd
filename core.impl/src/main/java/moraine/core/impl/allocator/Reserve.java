package moraine.core.impl.allocator;

/** How deep into a node's last pages a request may reach; see {@link Watermarks}. */
public enum Reserve {
    /** Down to the min mark. */
    NONE,
    /** Down to what is kept for eviction: a page comes home to a CPU that touched it, or leaves by request. */
    BRING_BACK,
    /** Down to the last page: room is made on another node, or it goes away. */
    EVICTION
}

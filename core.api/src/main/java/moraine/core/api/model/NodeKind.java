package moraine.core.api.model;

/** What a node is made of. */
public enum NodeKind {
    /** Processors with memory beside them. */
    CPU,
    /** Memory without processors. */
    MEMORY,
    /** Memory of a device, with the device as its processor. */
    DEVICE
}

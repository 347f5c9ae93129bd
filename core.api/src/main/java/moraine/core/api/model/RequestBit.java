package moraine.core.api.model;

/** A fact about an allocation request that a node's admission test may ask for. */
public enum RequestBit {
    /** The request came with a mask of its own, not one that a tenant's limits produced. */
    EXPLICIT_MASK,
    /** The request names the node. */
    NAMED_NODE,
    /** The request serves a device's fault or a driver. */
    DEVICE,
    /** The request moves a page that exists. */
    MIGRATION
}

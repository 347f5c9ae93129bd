package moraine.core.api.model;

/**
 * The processors of a node, as initiators of accesses.
 *
 * @param node the node they belong to
 * @param cacheBytes size of the cache that filters references
 * @param cacheWays its associativity
 * @param cacheLatency of a hit
 * @param outstanding misses in flight at a time
 * @param fault fixed cost of a page fault taken by this initiator (for a device: of a fault batch)
 * @param faultEach cost of each further fault of a batch; 0 for CPUs
 * @param lineBytes cache line
 */
public record ProcessorSpec(
        int node,
        Quantity cacheBytes,
        Quantity cacheWays,
        Quantity cacheLatency,
        Quantity outstanding,
        Quantity fault,
        Quantity faultEach,
        Quantity lineBytes) {}

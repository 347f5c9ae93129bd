package moraine.core.api.model;

/**
 * A mapping (VMA) as it is now.
 *
 * @param start first address
 * @param end first address beyond
 * @param protection allowed accesses
 * @param sharing private or shared
 * @param policy memory policy of the range; of shared memory, at its first page
 */
public record VmaInfo(long start, long end, Protection protection, Sharing sharing, MemoryPolicy policy) {}

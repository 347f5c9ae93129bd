package moraine.core.api.model;

/**
 * A mapping (VMA) as it is now.
 *
 * @param start first address
 * @param end first address beyond
 * @param protection allowed accesses
 * @param sharing private or shared
 * @param binding memory policy of the range
 */
public record VmaInfo(long start, long end, Protection protection, Sharing sharing, Binding binding) {}

package moraine.core.api.model;

/**
 * What moving pages from one node to another costs.
 *
 * @param source node read
 * @param target node written
 * @param startup fixed cost of a copy command
 * @param perPage bookkeeping for a 4 KiB page
 * @param bandwidth of large copies
 */
public record CopyEdge(int source, int target, Quantity startup, Quantity perPage, Quantity bandwidth) {}

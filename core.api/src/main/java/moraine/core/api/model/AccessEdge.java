package moraine.core.api.model;

/**
 * What an initiator sees of a node's memory. Ranks are derived from edges, per initiator and per metric.
 *
 * @param initiator node whose processors access
 * @param node node whose memory is accessed
 * @param latency unloaded
 * @param read bandwidth
 * @param write bandwidth
 * @param knee utilisation from which latency rises, 0 to 1
 */
public record AccessEdge(int initiator, int node, Quantity latency, Quantity read, Quantity write, Quantity knee) {}

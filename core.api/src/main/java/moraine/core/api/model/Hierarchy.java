package moraine.core.api.model;

import static java.util.Comparator.comparingDouble;

import java.util.List;

/**
 * Which memory lies below which, and which is better for whom, by the edges of a profile. A node is as fast as the CPU
 * sees it that sees it best. The RAM of two sockets is equally fast, and neither lies below the other, though each is
 * better for its own CPU.
 */
public record Hierarchy(TopologyProfile profile, Rank rank) {
    /** {@return nodes to demote to from a node, the fastest of the slower ones first as its CPU sees them} */
    public List<Integer> below(int node, List<NodeInfo> nodes) {
        int home = home(node);
        return takers(home, nodes, Attribute.DEMOTION_TARGET).stream()
                .filter(other -> isBelow(other, node))
                .toList();
    }

    /**
     * {@return nodes that take pages, the best first as an initiator sees them}
     *
     * @param needed what a device's memory has to be for that
     */
    public List<Integer> takers(int initiator, List<NodeInfo> nodes, Attribute needed) {
        return nodes.stream()
                .filter(node -> node.pages() > 0
                        && (node.kind() != NodeKind.DEVICE || node.type().has(needed)))
                .map(NodeInfo::id)
                .filter(node -> cost(initiator, node) < Double.POSITIVE_INFINITY)
                .sorted(comparingDouble((Integer node) -> cost(initiator, node)).thenComparing(node -> node))
                .toList();
    }

    /** {@return whether a node is slower than another, each as its own CPU sees it} */
    public boolean isBelow(int lower, int upper) {
        return level(lower) > level(upper);
    }

    /** {@return a figure that is smaller where a node is faster, as the CPU sees it that sees it best} */
    public double level(int node) {
        return cost(home(node), node);
    }

    /** {@return the CPU node that sees a node best; itself when none sees it} */
    private int home(int node) {
        return profile.nodes().stream()
                .filter(other -> other.kind() == NodeKind.CPU)
                .map(NodeSpec::id)
                .filter(cpu -> cost(cpu, node) < Double.POSITIVE_INFINITY)
                .min(comparingDouble((Integer cpu) -> cost(cpu, node)).thenComparing(cpu -> cpu))
                .orElse(node);
    }

    /** {@return a figure that is smaller where an initiator sees memory better; infinite where it sees none} */
    public double cost(int initiator, int node) {
        return profile.access(initiator, node).map(rank::cost).orElse(Double.POSITIVE_INFINITY);
    }
}

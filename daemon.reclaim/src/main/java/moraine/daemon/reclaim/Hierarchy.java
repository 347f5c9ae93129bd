package moraine.daemon.reclaim;

import java.util.Comparator;
import java.util.List;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.TopologyProfile;

/**
 * Which node lies below which, by the edges of a profile. A node is as fast as the CPU sees it that sees it best; pages
 * go down only, so they never go round. RAM of two sockets is equally fast, and neither lies below the other.
 */
record Hierarchy(TopologyProfile profile, ReclaimSettings.Rank rank) {
    /** {@return nodes to demote to from a node, the fastest of the slower ones first as its CPU sees them} */
    List<Integer> below(int node, List<NodeInfo> nodes) {
        int home = home(node);
        double own = distance(home, node);
        return nodes.stream()
                .filter(other -> other.pages() > 0 && takes(other))
                .map(NodeInfo::id)
                .filter(other -> distance(home(other), other) > own && known(distance(home, other)))
                .sorted(Comparator.comparingDouble((Integer other) -> distance(home, other))
                        .thenComparing(other -> other))
                .toList();
    }

    private static boolean takes(NodeInfo node) {
        return node.kind() != NodeKind.DEVICE || node.type().has(Attribute.DEMOTION_TARGET);
    }

    private static boolean known(double distance) {
        return distance < Double.POSITIVE_INFINITY;
    }

    /** {@return the CPU node that sees a node best; itself when none sees it} */
    private int home(int node) {
        return profile.nodes().stream()
                .filter(other -> other.kind() == NodeKind.CPU)
                .map(NodeSpec::id)
                .filter(cpu -> known(distance(cpu, node)))
                .min(Comparator.comparingDouble((Integer cpu) -> distance(cpu, node))
                        .thenComparing(cpu -> cpu))
                .orElse(node);
    }

    private double distance(int initiator, int node) {
        return profile.access(initiator, node).map(this::cost).orElse(Double.POSITIVE_INFINITY);
    }

    private double cost(AccessEdge edge) {
        return switch (rank) {
            case LATENCY -> edge.latency().value();
            case BANDWIDTH -> 1 / Math.min(edge.read().value(), edge.write().value());
        };
    }
}

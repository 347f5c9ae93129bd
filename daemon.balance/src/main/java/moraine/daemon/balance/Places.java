package moraine.daemon.balance;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Hierarchy;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;

/** Where pages would be better for whom, as a machine's nodes are now. */
final class Places {
    /** The share of a node that is plenty of room, as a divisor (Linux pgdat_free_space_enough). */
    private static final int PLENTY = 16;

    private final List<NodeInfo> nodes;
    private final boolean tiersOnly;
    private final NodeInfo[][] takers;
    private final double[][] costs;
    private final double[] levels;
    private final long[] free;

    /** @param tiersOnly whether a page moves to faster memory only, not between nodes that are equally fast */
    Places(Hierarchy hierarchy, List<NodeInfo> nodes, boolean tiersOnly) {
        int ids = nodes.stream().mapToInt(NodeInfo::id).max().orElse(-1) + 1;
        this.nodes = nodes;
        this.tiersOnly = tiersOnly;
        takers = new NodeInfo[ids][];
        costs = new double[ids][ids];
        levels = new double[ids];
        free = new long[ids];
        for (NodeInfo node : nodes) {
            levels[node.id()] = hierarchy.level(node.id());
            free[node.id()] = node.freePages();
            List<Integer> order = node.kind() == NodeKind.CPU
                    ? hierarchy.takers(node.id(), nodes, Attribute.HINT_FAULTABLE)
                    : List.of();
            takers[node.id()] = order.stream().map(this::info).toArray(NodeInfo[]::new);
            nodes.forEach(other -> costs[node.id()][other.id()] = hierarchy.cost(node.id(), other.id()));
        }
    }

    private NodeInfo info(int id) {
        return nodes.stream().filter(node -> node.id() == id).findFirst().orElseThrow();
    }

    /** {@return whether pages of a node might be better elsewhere for some processor, so that hints tell something} */
    boolean worthScanning(NodeInfo node) {
        return node.type().has(Attribute.HINT_FAULTABLE)
                && nodes.stream().anyMatch(toucher -> toucher.kind() == NodeKind.CPU && !near(toucher.id(), node.id()));
    }

    /** {@return nodes whose pages get hints} */
    List<Integer> scanned() {
        var ids = new ArrayList<Integer>();
        for (NodeInfo node : nodes) {
            if (node.pages() > 0 && worthScanning(node)) {
                ids.add(node.id());
            }
        }
        return ids;
    }

    /** {@return whether no node would be better for who touched a page} */
    boolean near(int toucher, int source) {
        for (NodeInfo node : takers[toucher]) {
            if (isBetter(toucher, node.id(), source)) {
                return false;
            }
        }
        return true;
    }

    /** {@return the best node for who touched a page that is better than where it is and has room, or -1} */
    int target(int toucher, int source) {
        for (NodeInfo node : takers[toucher]) {
            if (isBetter(toucher, node.id(), source) && free[node.id()] >= node.lowPages()) {
                return node.id();
            }
        }
        return -1;
    }

    private boolean isBetter(int toucher, int node, int source) {
        return costs[toucher][node] < costs[toucher][source] && (!tiersOnly || isBelow(source, node));
    }

    /** {@return whether a node is slower than another, each as its own CPU sees it} */
    boolean isBelow(int lower, int upper) {
        return levels[lower] > levels[upper];
    }

    /** {@return whether much of a node is free} */
    boolean plenty(int node) {
        NodeInfo info = info(node);
        return free[node] > info.highPages() + info.pages() / PLENTY;
    }

    /** Says that pages are about to go from one node to another. */
    void moves(int source, int target, int pages) {
        free[source] += pages;
        free[target] -= pages;
    }
}

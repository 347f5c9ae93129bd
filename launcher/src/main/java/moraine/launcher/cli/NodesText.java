package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;

/** Nodes and the links between them, for people. */
final class NodesText {
    private NodesText() {}

    static String of(TopologyProfile profile, String policy, List<NodeInfo> nodes) {
        return "profile " + profile.name() + ": " + profile.summary() + "\npolicy " + policy + "\n\n"
                + grid(profile, nodes) + "\n" + links(profile);
    }

    private static Grid grid(TopologyProfile profile, List<NodeInfo> nodes) {
        var grid = new Grid(
                ">node",
                "name",
                "kind",
                "below",
                "device",
                "memory type",
                ">capacity",
                ">free pages",
                ">peak used pages",
                ">min/low/high pages");
        for (NodeInfo node : nodes) {
            grid.row(
                    node.id(),
                    node.name(),
                    node.kind(),
                    parent(profile, node.id()),
                    orDash(node.device()),
                    node.type().name(),
                    Texts.bytes((double) node.pages() * Pages.SIZE),
                    Texts.count(node.freePages()),
                    Texts.count(node.peakUsedPages()),
                    node.minPages() + "/" + node.lowPages() + "/" + node.highPages());
        }
        return grid;
    }

    private static Grid links(TopologyProfile profile) {
        var grid = new Grid(">from node", ">to memory of node", ">latency", ">read", ">write", "confidence");
        for (AccessEdge edge : profile.accesses()) {
            grid.row(
                    edge.initiator(),
                    edge.node(),
                    figure(edge.latency()),
                    figure(edge.read()),
                    figure(edge.write()),
                    edge.latency().confidence() + "/" + edge.read().confidence() + "/"
                            + edge.write().confidence());
        }
        return grid;
    }

    private static String parent(TopologyProfile profile, int id) {
        return profile.node(id)
                .map(NodeSpec::parent)
                .map(parent -> "node " + parent)
                .orElse("-");
    }

    private static String figure(Quantity quantity) {
        return Texts.plain(quantity.value()) + " " + quantity.unit();
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}

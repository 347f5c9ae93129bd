package moraine.testkit;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;

/**
 * Machines written down by hand, as a policy sees them.
 *
 * @param profile nodes and latencies
 * @param nodes what the machine would say of them now; none unless given
 * @param devices those that are there
 */
public record HandBuilt(TopologyProfile profile, List<NodeInfo> nodes, List<DeviceInfo> devices)
        implements MachineView {

    /** A CPU and one coherent device, node 1. */
    public static HandBuilt superchip() {
        return new HandBuilt(NodeKind.CPU, NodeKind.DEVICE)
                .latencies(0, 205, 800)
                .latencies(1, 700, 300)
                .device("gpu0", 1, true);
    }

    /** CPUs on nodes 0 and 1, a memory expander, node 2, near node 1, and coherent devices on nodes 3 and 4. */
    public static HandBuilt twoSockets() {
        return new HandBuilt(NodeKind.CPU, NodeKind.CPU, NodeKind.MEMORY, NodeKind.DEVICE, NodeKind.DEVICE)
                .latencies(0, 100, 200, 400, 700, 900)
                .latencies(1, 200, 100, 150, 900, 700)
                .latencies(2, 400, 150, 120, 900, 900)
                .latencies(3, 700, 900, 950, 300, 800)
                .latencies(4, 900, 700, 650, 800, 300)
                .device("gpu0", 3, true)
                .device("gpu1", 4, true);
    }

    /** A CPU, a coherent device on node 1 and, on node 2, one behind a bus that CPUs cannot look through. */
    public static HandBuilt withBusDevice() {
        return new HandBuilt(NodeKind.CPU, NodeKind.DEVICE, NodeKind.DEVICE)
                .latencies(0, 100, 700)
                .latencies(1, 700, 300)
                .latencies(2, 1500, 1900, 375)
                .device("gpu0", 1, true)
                .device("gpu1", 2, false);
    }

    private HandBuilt(NodeKind... kinds) {
        this(profile(kinds), List.of(), List.of());
    }

    private static TopologyProfile profile(NodeKind... kinds) {
        var nodes = new ArrayList<NodeSpec>();
        for (NodeKind kind : kinds) {
            nodes.add(new NodeSpec(nodes.size(), "node" + nodes.size(), kind, null, Quantity.assumed(1, "GiB")));
        }
        return new TopologyProfile("hand-built", "for tests", nodes, List.of(), List.of(), List.of(), List.of());
    }

    private HandBuilt latencies(int initiator, int... latenciesNs) {
        var edges = new ArrayList<>(profile.accesses());
        var any = Quantity.assumed(1, "GB/s");
        for (int node = 0; node < latenciesNs.length; node++) {
            var latency = Quantity.assumed(latenciesNs[node], "ns");
            edges.add(new AccessEdge(initiator, node, latency, any, any, Quantity.assumed(0.8, "")));
        }
        return new HandBuilt(
                new TopologyProfile("hand-built", "for tests", profile.nodes(), List.of(), edges, List.of(), List.of()),
                nodes,
                devices);
    }

    private HandBuilt device(String name, int node, boolean coherent) {
        var more = new ArrayList<>(devices);
        var can = new DeviceCapabilities(coherent, true, true, false, 2, name);
        more.add(new DeviceInfo(name, "hand-built 1.0", node, can, 1024));
        return new HandBuilt(profile, nodes, more);
    }
}

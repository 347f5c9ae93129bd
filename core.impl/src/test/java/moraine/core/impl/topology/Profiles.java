package moraine.core.impl.topology;

import java.util.Arrays;
import java.util.List;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import org.jspecify.annotations.Nullable;

/** Profiles for tests. */
public final class Profiles {
    private Profiles() {}

    public static NodeSpec node(int id, NodeKind kind, long pages) {
        return node(id, "node" + id, kind, null, Quantity.assumed(pages * 4096.0, "bytes"));
    }

    public static NodeSpec node(int id, String name, NodeKind kind, @Nullable Integer parent, Quantity bytes) {
        return new NodeSpec(id, name, kind, parent, bytes);
    }

    public static TopologyProfile of(NodeSpec... nodes) {
        return new TopologyProfile(
                "test", "A profile for tests.", Arrays.asList(nodes), List.of(), List.of(), List.of(), List.of());
    }

    public static TopologyProfile with(TopologyProfile profile, AccessEdge... edges) {
        return new TopologyProfile(
                profile.name(),
                profile.summary(),
                profile.nodes(),
                profile.processors(),
                Arrays.asList(edges),
                profile.copies(),
                profile.devices());
    }

    public static AccessEdge edge(int initiator, int node, double latencyNs, double read, double write) {
        return new AccessEdge(
                initiator,
                node,
                Quantity.assumed(latencyNs, "ns"),
                Quantity.assumed(read, "GB/s"),
                Quantity.assumed(write, "GB/s"),
                Quantity.assumed(0.8, "share"));
    }
}

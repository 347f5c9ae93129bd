package moraine.core.impl.machine;

import java.util.List;
import java.util.Map;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;

/** Applies a spec's overrides to its profile. */
final class Profiles {
    private Profiles() {}

    /** {@return the profile of the machine that the spec describes} */
    static TopologyProfile effective(MachineSpec spec) {
        TopologyProfile base = spec.profile();
        spec.capacityBytes().forEach((node, bytes) -> check(base, node, bytes));
        List<NodeSpec> nodes = base.nodes().stream()
                .map(node -> resized(node, spec.capacityBytes()))
                .toList();
        return new TopologyProfile(
                base.name(), base.summary(), nodes, base.processors(), base.accesses(), base.copies(), spec.devices());
    }

    private static NodeSpec resized(NodeSpec node, Map<Integer, Long> capacityBytes) {
        Long bytes = capacityBytes.get(node.id());
        if (bytes == null) {
            return node;
        }
        var size = new Quantity(bytes, "bytes", "override of the machine's spec", Quantity.Confidence.A);
        return new NodeSpec(node.id(), node.name(), node.kind(), node.parent(), size);
    }

    private static void check(TopologyProfile base, int node, long bytes) {
        if (base.node(node).isEmpty()) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "capacity of node " + node + " is overridden, but profile " + base.name() + " has no such node");
        }
        if (bytes < Pages.SIZE) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "capacity of node " + node + " is overridden with " + bytes + " bytes; give it at least a page of "
                            + Pages.SIZE);
        }
    }
}

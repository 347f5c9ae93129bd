package moraine.core.impl.machine;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.model.TopologyProfile;
import moraine.core.impl.topology.Topology;

/** Applies a spec's overrides to its profile. */
final class Profiles {
    private Profiles() {}

    /** {@return the profile of the machine that the spec describes} */
    static TopologyProfile effective(MachineSpec spec) {
        TopologyProfile base = spec.profile();
        SwapSpec swap = spec.swap();
        if (swap.node() >= 0 && base.node(swap.node()).isEmpty()) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "swap is to be on node " + swap.node() + ", but profile " + base.name() + " has no such node");
        }
        base.node(swap.node()).ifPresent(node -> requireNoDevice(base, node));
        spec.capacityBytes().forEach((node, bytes) -> check(base, node, bytes));
        List<NodeSpec> nodes = base.nodes().stream()
                .map(node -> resized(node, spec.capacityBytes()))
                .map(node -> node.id() == swap.node() ? lessSwap(node, swap) : node)
                .toList();
        return new TopologyProfile(
                base.name(), base.summary(), nodes, base.processors(), base.accesses(), base.copies(), spec.devices());
    }

    /** Refuses swap on a device, whose memory is no storage. */
    private static void requireNoDevice(TopologyProfile base, NodeSpec swap) {
        if (swap.kind() == NodeKind.DEVICE) {
            String others = base.nodes().stream()
                    .filter(node -> node.kind() != NodeKind.DEVICE)
                    .map(node -> Integer.toString(node.id()))
                    .collect(Collectors.joining(", "));
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "swap cannot be on node " + swap.id() + ", which is a device's; nodes of " + base.name()
                            + " that can hold it: " + others);
        }
    }

    private static NodeSpec resized(NodeSpec node, Map<Integer, Long> capacityBytes) {
        Long bytes = capacityBytes.get(node.id());
        if (bytes == null) {
            return node;
        }
        var size = new Quantity(bytes, "bytes", "override of the machine's spec", Quantity.Confidence.A);
        return new NodeSpec(node.id(), node.name(), node.kind(), node.parent(), size);
    }

    /** {@return a node whose memory is in part a storage node} */
    private static NodeSpec lessSwap(NodeSpec node, SwapSpec swap) {
        long left = Topology.bytes(node) - swap.bytes();
        if (left < Pages.SIZE) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "swap of " + swap.bytes() + " bytes cannot be on node " + node.id() + ", which has "
                            + Topology.bytes(node) + "; leave it a page of memory at least");
        }
        var size = new Quantity(left, "bytes", "less swap of the machine's spec", Quantity.Confidence.A);
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

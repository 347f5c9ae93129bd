package moraine.policy.firsttouch;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.TopologyProfile;

/** Nodes as an initiator ranks them: its own first, then by latency, then by id. */
final class NodeOrder {
    private final TopologyProfile profile;
    private final Set<Integer> coherentDevices;

    NodeOrder(MachineView machine) {
        profile = machine.profile();
        coherentDevices = machine.devices().stream()
                .filter(device -> device.capabilities().coherent())
                .map(DeviceInfo::node)
                .collect(Collectors.toSet());
    }

    /** {@return system RAM} */
    List<Integer> ram(int initiator) {
        return ranked(initiator, node -> node.kind() != NodeKind.DEVICE);
    }

    /** {@return memory that CPUs can address} */
    List<Integer> visible(int initiator) {
        return ranked(initiator, this::isVisible);
    }

    /** {@return the initiator's own memory, then what CPUs can address} */
    List<Integer> ownFirst(int initiator) {
        return ranked(initiator, node -> node.id() == initiator || isVisible(node));
    }

    private boolean isVisible(NodeSpec node) {
        return node.kind() != NodeKind.DEVICE || coherentDevices.contains(node.id());
    }

    private List<Integer> ranked(int initiator, Predicate<NodeSpec> which) {
        return profile.nodes().stream()
                .filter(which)
                .map(NodeSpec::id)
                .sorted(comparing((Integer node) -> node != initiator)
                        .thenComparing(comparingDouble(node -> latencyNs(initiator, node)))
                        .thenComparing(node -> node))
                .toList();
    }

    /** A pair without an edge ranks last. */
    private double latencyNs(int initiator, int node) {
        return profile.access(initiator, node).map(e -> e.latency().value()).orElse(Double.MAX_VALUE);
    }
}

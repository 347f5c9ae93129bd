package moraine.policy.firsttouch;

import java.util.List;
import java.util.Set;
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
        return profile.nearestRam(initiator);
    }

    /** {@return memory that CPUs can address} */
    List<Integer> visible(int initiator) {
        return profile.nearest(initiator, this::isVisible);
    }

    /** {@return the initiator's own memory, then what CPUs can address} */
    List<Integer> ownFirst(int initiator) {
        return profile.nearest(initiator, node -> node.id() == initiator || isVisible(node));
    }

    private boolean isVisible(NodeSpec node) {
        return node.kind() != NodeKind.DEVICE || coherentDevices.contains(node.id());
    }
}

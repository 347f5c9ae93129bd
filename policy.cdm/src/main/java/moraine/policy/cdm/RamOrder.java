package moraine.policy.cdm;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;

import java.util.List;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.TopologyProfile;

/** System RAM as an initiator ranks it: its own first, then by latency, then by id. */
final class RamOrder {
    private final TopologyProfile profile;

    RamOrder(MachineView machine) {
        profile = machine.profile();
    }

    List<Integer> from(int initiator) {
        return profile.nodes().stream()
                .filter(node -> node.kind() != NodeKind.DEVICE)
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

package moraine.core.api.model;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A machine as figures: nodes, their hierarchy, what each initiator sees of each node, what copies cost. Ids come from
 * here, never from arrival order.
 *
 * @param name of the profile
 * @param summary a line for people
 * @param nodes with distinct ids
 * @param processors at most one entry a node
 * @param accesses at most one entry a pair
 * @param copies at most one entry a pair
 * @param devices devices present when the machine starts
 */
public record TopologyProfile(
        String name,
        String summary,
        List<NodeSpec> nodes,
        List<ProcessorSpec> processors,
        List<AccessEdge> accesses,
        List<CopyEdge> copies,
        List<DeviceSpec> devices) {

    public TopologyProfile {
        nodes = List.copyOf(nodes);
        processors = List.copyOf(processors);
        accesses = List.copyOf(accesses);
        copies = List.copyOf(copies);
        devices = List.copyOf(devices);
    }

    public Optional<NodeSpec> node(int id) {
        return nodes.stream().filter(n -> n.id() == id).findFirst();
    }

    public Optional<ProcessorSpec> processor(int node) {
        return processors.stream().filter(p -> p.node() == node).findFirst();
    }

    public Optional<AccessEdge> access(int initiator, int node) {
        return accesses.stream()
                .filter(e -> e.initiator() == initiator && e.node() == node)
                .findFirst();
    }

    /** {@return the nodes that match as an initiator ranks them: its own first, then by latency, then by id} */
    public List<Integer> nearest(int initiator, Predicate<NodeSpec> which) {
        return nodes.stream()
                .filter(which)
                .map(NodeSpec::id)
                .sorted(comparing((Integer node) -> node != initiator)
                        .thenComparing(comparingDouble(node -> latencyNs(initiator, node)))
                        .thenComparing(node -> node))
                .toList();
    }

    /** {@return system RAM, nearest first} */
    public List<Integer> nearestRam(int initiator) {
        return nearest(initiator, node -> node.kind() != NodeKind.DEVICE);
    }

    /** A pair without an edge ranks last. */
    private double latencyNs(int initiator, int node) {
        return access(initiator, node).map(edge -> edge.latency().value()).orElse(Double.MAX_VALUE);
    }

    public Optional<CopyEdge> copy(int source, int target) {
        return copies.stream()
                .filter(e -> e.source() == source && e.target() == target)
                .findFirst();
    }
}

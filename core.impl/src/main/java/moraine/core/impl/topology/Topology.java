package moraine.core.impl.topology;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.TopologyProfile;
import org.jspecify.annotations.Nullable;

/** A checked profile with ranks: which node is nearest for whom, by latency or by bandwidth, never by one number. */
public final class Topology {
    private final TopologyProfile profile;
    private final @Nullable NodeSpec[] specs;
    private final int[][] latencyRank;
    private final int[][] bandwidthRank;

    /** Takes a profile, or says in one line what is wrong with it. */
    public Topology(TopologyProfile profile) {
        new ProfileCheck(profile).run();
        this.profile = profile;
        int highest = profile.nodes().stream().mapToInt(NodeSpec::id).max().orElse(-1);
        specs = new NodeSpec[highest + 1];
        profile.nodes().forEach(node -> specs[node.id()] = node);
        latencyRank = ranks(edge -> edge.latency().value());
        bandwidthRank =
                ranks(edge -> -Math.min(edge.read().value(), edge.write().value()));
    }

    private int[][] ranks(ToDoubleFunction<AccessEdge> cost) {
        int[][] ranks = new int[specs.length][];
        for (int i = 0; i < specs.length; i++) {
            ranks[i] = specs[i] == null ? new int[0] : rank(i, cost);
        }
        return ranks;
    }

    private int[] rank(int initiator, ToDoubleFunction<AccessEdge> cost) {
        double[] costs = new double[specs.length];
        Arrays.fill(costs, Double.POSITIVE_INFINITY);
        costs[initiator] = Double.NEGATIVE_INFINITY;
        for (AccessEdge edge : profile.accesses()) {
            if (edge.initiator() == initiator) {
                costs[edge.node()] = cost.applyAsDouble(edge);
            }
        }
        return IntStream.range(0, specs.length)
                .filter(this::exists)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer node) -> costs[node])
                        .thenComparing(node -> node))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    public TopologyProfile profile() {
        return profile;
    }

    /** {@return the highest node id, plus one} */
    public int nodes() {
        return specs.length;
    }

    public boolean exists(int node) {
        return node >= 0 && node < specs.length && specs[node] != null;
    }

    public NodeSpec node(int id) {
        NodeSpec spec = exists(id) ? specs[id] : null;
        if (spec == null) {
            throw MoraineException.caller(
                    Errno.ENOENT,
                    "profile " + profile.name() + " has no node " + id + "; its nodes are "
                            + ofKind(NodeKind.values()));
        }
        return spec;
    }

    public NodeKind kind(int node) {
        return node(node).kind();
    }

    /** {@return the nodes of these kinds} */
    public NodeSet ofKind(NodeKind... kinds) {
        return NodeSet.of(profile.nodes().stream()
                .filter(node -> Arrays.asList(kinds).contains(node.kind()))
                .mapToInt(NodeSpec::id)
                .toArray());
    }
    /** {@return a node's capacity in bytes} */
    public static long bytes(NodeSpec node) {
        return ProfileCheck.bytes(node);
    }

    /** {@return whole pages of the node's capacity} */
    public long capacityPages(int node) {
        return ProfileCheck.bytes(node(node)) >>> Pages.SHIFT;
    }

    /** {@return all nodes, that of the lowest unloaded latency first; shared, not to be written} */
    public int[] byLatency(int initiator) {
        node(initiator);
        return latencyRank[initiator];
    }

    /** {@return all nodes, that with the widest narrower direction first; shared, not to be written} */
    public int[] byBandwidth(int initiator) {
        node(initiator);
        return bandwidthRank[initiator];
    }
}

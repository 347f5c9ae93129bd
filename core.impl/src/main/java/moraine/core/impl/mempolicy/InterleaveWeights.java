package moraine.core.impl.mempolicy;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.impl.topology.Topology;

/**
 * How many pages in turn a node gets under weighted interleaving. Unless set, the share of the bandwidth that CPUs have
 * to the node, of all nodes' together, in parts of 32 and reduced (Linux mm/mempolicy.c, reduce_interleave_weights).
 */
public final class InterleaveWeights {
    private static final int WEIGHTINESS = 32;
    private static final int MOST = 255;

    private final Topology topology;
    private final int[] usual;
    private volatile int[] weights;

    public InterleaveWeights(Topology topology) {
        this.topology = topology;
        this.usual = byBandwidth(topology);
        this.weights = usual;
    }

    private static int[] byBandwidth(Topology topology) {
        double[] bandwidths = new double[topology.nodes()];
        double sum = 0;
        for (NodeSpec node : topology.profile().nodes()) {
            bandwidths[node.id()] = bandwidth(topology, node.id());
            sum += bandwidths[node.id()];
        }
        int[] parts = new int[topology.nodes()];
        int divisor = 0;
        for (NodeSpec node : topology.profile().nodes()) {
            int share = sum == 0 ? 1 : (int) (WEIGHTINESS * bandwidths[node.id()] / sum);
            parts[node.id()] = Math.max(1, share);
            divisor = gcd(parts[node.id()], divisor);
        }
        for (int i = 0; i < parts.length; i++) {
            parts[i] /= Math.max(1, divisor);
        }
        return parts;
    }

    /** {@return bandwidth of the narrower direction that the best placed CPUs have to a node} */
    private static double bandwidth(Topology topology, int node) {
        return topology.profile().accesses().stream()
                .filter(edge -> edge.node() == node && topology.kind(edge.initiator()) == NodeKind.CPU)
                .mapToDouble(InterleaveWeights::narrower)
                .max()
                .orElse(0);
    }

    private static double narrower(AccessEdge edge) {
        return Math.min(edge.read().value(), edge.write().value());
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Sets a node's weight, 0 for the usual one. */
    public synchronized void set(int node, int weight) {
        topology.node(node);
        if (weight < 0 || weight > MOST) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "weight " + weight + " of node " + node + " is outside 1..." + MOST + "; 0 is the usual one, "
                            + usual[node]);
        }
        int[] next = weights.clone();
        next[node] = weight == 0 ? usual[node] : weight;
        weights = next;
    }

    /** {@return weights by node id, 0 for a node that is not there} */
    public List<Integer> list() {
        var list = new ArrayList<Integer>();
        for (int weight : weights) {
            list.add(weight);
        }
        return List.copyOf(list);
    }

    /** {@return the node whose turn a page is} */
    int node(long nodes, long index) {
        int[] now = weights;
        long sum = 0;
        for (long rest = nodes; rest != 0; rest &= rest - 1) {
            sum += now[Long.numberOfTrailingZeros(rest)];
        }
        long turn = Long.remainderUnsigned(index, sum);
        long rest = nodes;
        for (; turn >= now[Long.numberOfTrailingZeros(rest)]; rest &= rest - 1) {
            turn -= now[Long.numberOfTrailingZeros(rest)];
        }
        return Long.numberOfTrailingZeros(rest);
    }
}

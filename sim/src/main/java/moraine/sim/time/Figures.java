package moraine.sim.time;

import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Blame;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.TopologyProfile;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.SoftwareCosts;
import org.jspecify.annotations.Nullable;

/** The figures of a profile by node id, flat, for access paths. */
final class Figures {
    private final TopologyProfile topology;
    private final SoftwareCosts costs;
    private final int nodes;
    private final @Nullable CopyEdge[] copies;
    private final boolean[] device;
    private final boolean[] processor;
    private final double[] hitNs;
    private final double[] outstanding;
    private final int[] lineBytes;
    private final double[] faultNs;
    private final double[] faultEachNs;
    /** By initiator and node; 0 where there is no edge. */
    private final double[] latencyNs;

    private final double[] knee;
    private final double[] read;
    private final double[] write;

    Figures(MachineProfile profile) {
        topology = profile.topology();
        costs = profile.costs();
        nodes = topology.nodes().stream().mapToInt(NodeSpec::id).max().orElse(-1) + 1;
        copies = new @Nullable CopyEdge[nodes * nodes];
        device = new boolean[nodes];
        processor = new boolean[nodes];
        hitNs = new double[nodes];
        outstanding = new double[nodes];
        lineBytes = new int[nodes];
        faultNs = new double[nodes];
        faultEachNs = new double[nodes];
        latencyNs = new double[nodes * nodes];
        knee = new double[nodes * nodes];
        read = new double[nodes * nodes];
        write = new double[nodes * nodes];
        topology.nodes().forEach(n -> device[n.id()] = n.kind() == NodeKind.DEVICE);
        topology.copies().forEach(e -> copies[e.source() * nodes + e.target()] = e);
        topology.processors().forEach(this::flatten);
        topology.accesses().forEach(this::flatten);
    }

    private void flatten(ProcessorSpec spec) {
        int node = spec.node();
        processor[node] = true;
        hitNs[node] = spec.cacheLatency().value();
        outstanding[node] = spec.outstanding().value();
        lineBytes[node] = (int) spec.lineBytes().value();
        faultNs[node] = spec.fault().value();
        faultEachNs[node] = spec.faultEach().value();
    }

    private void flatten(AccessEdge edge) {
        int index = edge.initiator() * nodes + edge.node();
        latencyNs[index] = edge.latency().value();
        knee[index] = edge.knee().value();
        read[index] = edge.read().value();
        write[index] = edge.write().value();
    }

    int nodes() {
        return nodes;
    }

    boolean isDevice(int node) {
        return device[node];
    }

    double hitNs(int initiator) {
        return hitNs[checked(initiator)];
    }

    int lineBytes(int initiator) {
        return lineBytes[checked(initiator)];
    }

    double outstanding(int initiator) {
        return outstanding[checked(initiator)];
    }

    double faultNs(int initiator) {
        return faultNs[checked(initiator)];
    }

    double faultEachNs(int initiator) {
        return faultEachNs[checked(initiator)];
    }

    double latencyNs(int initiator, int node) {
        return latencyNs[edge(initiator, node)];
    }

    double knee(int initiator, int node) {
        return knee[edge(initiator, node)];
    }

    double bandwidth(int initiator, int node, boolean writes) {
        return (writes ? write : read)[edge(initiator, node)];
    }

    /** {@return the edge, or null within a node} */
    @Nullable
    CopyEdge copy(int from, int to) {
        CopyEdge edge = copies[from * nodes + to];
        if (edge == null && from != to) {
            throw missing("copies from node " + from + " to node " + to);
        }
        return edge;
    }

    double shootdownNs(long contexts) {
        return costs.shootdown().value() + contexts * costs.shootdownEach().value();
    }

    double launchNs() {
        return costs.launch().value();
    }

    double loadWindowNs() {
        return costs.loadWindow().value();
    }

    int copyEngines() {
        return (int) costs.copyEngines().value();
    }

    /** {@return what an access is booked as} */
    Spent access(int initiator, int node) {
        if (device[initiator]) {
            return initiator == node ? Spent.DEVICE_LOCAL : Spent.DEVICE_REMOTE;
        }
        return device[node] ? Spent.CPU_REMOTE : Spent.CPU_LOCAL;
    }

    /** {@return what a move to a node is booked as} */
    Spent move(int to) {
        return device[to] ? Spent.TO_DEVICE : Spent.TO_HOST;
    }

    private int checked(int node) {
        if (!processor[node]) {
            throw missing("processors of node " + node);
        }
        return node;
    }

    private int edge(int initiator, int node) {
        int index = initiator * nodes + node;
        if (latencyNs[index] == 0) {
            throw missing("accesses by node " + initiator + " to node " + node);
        }
        return index;
    }

    private MoraineException missing(String what) {
        return new MoraineException(
                Errno.EINVAL,
                Blame.CALLER,
                "profile " + topology.name() + " has no figures for " + what + "; add them to its file");
    }
}

package moraine.core.impl.mempolicy;

import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.host.Regime;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/** Which memory policy a new page follows, and what it says to the allocator. Takes no lock and allocates nothing. */
public final class MemoryPolicies {
    private final Rooms rooms;
    private final InterleaveWeights weights;
    private final long devices;

    public MemoryPolicies(Rooms rooms) {
        this.rooms = rooms;
        this.weights = new InterleaveWeights(rooms.topology);
        this.devices = rooms.topology.ofKind(NodeKind.DEVICE).bits();
    }

    public InterleaveWeights weights() {
        return weights;
    }

    /**
     * {@return the policy as it is to be kept} Nodes of absent devices are kept in it where others are left.
     *
     * @throws MoraineException for one that leaves no node: ENODEV when it names an absent device's, else EINVAL
     */
    public @Nullable SetPolicy set(MemoryPolicy policy, int tenant) {
        long allowed = rooms.tenants.allowedMask(tenant);
        SetPolicy set = SetPolicy.of(policy, allowed);
        long absent = rooms.absentDevices();
        if (!policy.nodes().isEmpty() && set != null && (nodes(set, allowed) & ~absent) == 0) {
            requirePresent(policy, policy.nodes().bits() & allowed & absent);
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "memory policy " + policy + " leaves no node: placement policy "
                            + rooms.regimes.current().policy() + " offers "
                            + new NodeSet(offered(policy) & ~absent) + ", and tenant "
                            + rooms.tenants.name(tenant) + " may use " + new NodeSet(allowed)
                            + "; choose among these");
        }
        return set;
    }

    private static void requirePresent(MemoryPolicy policy, long absent) {
        if (absent != 0 && policy.flag() != MemoryPolicy.Flag.RELATIVE_NODES) {
            throw MoraineException.caller(
                    Errno.ENODEV,
                    "memory policy " + policy + " leaves no node: the device of node "
                            + Long.numberOfTrailingZeros(absent)
                            + " is gone; install its driver, if the placement policy offers its memory, or"
                            + " name a node that has memory besides");
        }
    }

    /** {@return the nodes that a policy means now, a bit each} */
    public long nodes(SetPolicy set, long allowed) {
        return set.nodes(allowed, offered(set.policy()), devices);
    }

    /** {@return nodes that the placement policy offers for a policy's mode, a bit each} */
    private long offered(MemoryPolicy policy) {
        Regime regime = rooms.regimes.current();
        return policy.mode() == MemoryPolicy.Mode.BIND ? regime.bindableMask() : regime.preferableMask();
    }

    /** {@return the policy of a page's range, null for none: an object's for what all who map it share} */
    public static @Nullable SetPolicy ofRange(Vma vma, long address) {
        return vma.shared() ? vma.object().policies().at(vma.index(address)) : vma.policy();
    }

    /**
     * {@return the node to which a page is to be moved that is not where its policy wants it, -1 for none}
     *
     * @param open nodes of the policy that have room
     * @param index of the page or folio, by which interleaving takes turns
     * @param near node of CPUs at which to begin to look
     */
    public int target(SetPolicy set, long open, long index, int near) {
        if (open == 0) {
            return -1;
        }
        return switch (set.policy().mode()) {
            case INTERLEAVE -> NodeMask.nth(open, (int) Long.remainderUnsigned(index, Long.bitCount(open)));
            case WEIGHTED_INTERLEAVE -> weights.node(open, index);
            case PREFERRED -> Long.numberOfTrailingZeros(open);
            case BIND, PREFERRED_MANY ->
                nearest(open, set.policy().home() >= 0 ? set.policy().home() : near);
            case DEFAULT, LOCAL -> -1;
        };
    }

    private int nearest(long nodes, int from) {
        for (int node : rooms.topology.byLatency(from)) {
            if ((nodes >>> node & 1) != 0) {
                return node;
            }
        }
        return -1;
    }

    /**
     * Lets the policy of the narrowest scope direct a request that is filled in otherwise.
     *
     * @param range policy of the page's range
     * @param space policy of the space for which the page is made
     * @param index of the page or folio, by which interleaving takes turns
     */
    public void direct(
            AllocRequest request, @Nullable SetPolicy range, Agent agent, @Nullable SetPolicy space, long index) {
        if (!applies(request, range, index) && !applies(request, agent.taskPolicy(), index)) {
            boolean _ = applies(request, space, index);
        }
    }

    /** {@return whether the policy says anything, and does} */
    private boolean applies(AllocRequest request, @Nullable SetPolicy set, long index) {
        if (set == null) {
            return false;
        }
        MemoryPolicy policy = set.policy();
        if (policy.mode() == MemoryPolicy.Mode.LOCAL) {
            return true;
        }
        long nodes = nodes(set, request.effectiveMask);
        if (nodes == 0) {
            return false;
        }
        switch (policy.mode()) {
            case BIND, PREFERRED_MANY -> {
                request.explicitMask = nodes;
                request.maskPreferred = policy.mode() == MemoryPolicy.Mode.PREFERRED_MANY;
                request.home = policy.home();
            }
            case PREFERRED -> request.namedNode = Long.numberOfTrailingZeros(nodes);
            case INTERLEAVE ->
                request.namedNode = NodeMask.nth(nodes, (int) Long.remainderUnsigned(index, Long.bitCount(nodes)));
            case WEIGHTED_INTERLEAVE -> request.namedNode = weights.node(nodes, index);
            case DEFAULT, LOCAL -> throw new IllegalStateException("a policy without nodes has " + policy.nodes());
        }
        return true;
    }
}

package moraine.core.impl.faults;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.frames.History;
import moraine.core.impl.host.Regime;
import moraine.core.impl.mempolicy.MemoryPolicies;
import moraine.core.impl.vma.Vma;

/** Turns what is known of a page into an allocation request, and what was done into its history. */
public final class Placement {
    private final Rooms rooms;
    private final FullNodes fullNodes;

    public Placement(Rooms rooms) {
        this.rooms = rooms;
        this.fullNodes = new FullNodes(rooms);
    }

    /** Fills the agent's request for the new page of a mapping at an address. */
    public AllocRequest request(Agent agent, Vma vma, long address, Reason reason, Intent intent, int initiator) {
        return request(agent, vma, address, /* order= */ 0, reason, intent, initiator);
    }

    /** Fills the agent's request for a new page or folio of a mapping. */
    public AllocRequest request(
            Agent agent, Vma vma, long address, int order, Reason reason, Intent intent, int initiator) {
        AllocRequest request = request(agent, vma.space().tenant(), reason, intent, initiator);
        rooms.policies.direct(
                request,
                MemoryPolicies.ofRange(vma, address),
                agent,
                vma.space().policy(),
                vma.index(address) >>> order);
        return request;
    }

    /** Fills the agent's request for a new page that no mapping asks for. */
    public AllocRequest request(Agent agent, int tenant, Reason reason, Intent intent, int initiator) {
        AllocRequest request = agent.worker().request;
        request.reset(reason, intent, initiator, tenant);
        request.effectiveMask = rooms.tenants.allowedMask(tenant);
        return request;
    }

    /** Allocates a page for a touch; room is made where the representation says so of a node that is full. */
    public long allocate(Agent agent, AllocRequest request) {
        return fullNodes.allocate(agent, request);
    }

    public boolean isDevice(int node) {
        return rooms.topology.kind(node) == NodeKind.DEVICE;
    }

    /**
     * {@return the node as which a processor allocates memory that files may back: its own, or for a device whose
     * memory may not hold them the nearest CPU's}
     */
    public int sharer(int initiator) {
        if (!isDevice(initiator)
                || rooms.types.has(rooms.regimes.current().typeOfNode(initiator), Attribute.FILE_BACKABLE)) {
            return initiator;
        }
        for (int node : rooms.topology.byLatency(initiator)) {
            if (rooms.topology.kind(node) == NodeKind.CPU) {
                return node;
            }
        }
        return initiator;
    }

    /**
     * Makes a request lead to the node where the page's range is advised to be, if the processor that touches can reach
     * memory there. A memory policy of the range outweighs advice; advice never leads out of a policy's nodes.
     */
    public void prefer(AllocRequest request, Vma vma, long address) {
        int node = vma.space().hints().preferred(address);
        if (node < 0
                || MemoryPolicies.ofRange(vma, address) != null
                || (request.effectiveMask >>> node & 1) == 0
                || request.explicitMask != 0 && (request.explicitMask >>> node & 1) == 0) {
            return;
        }
        int type = rooms.regimes.current().typeOfNode(node);
        boolean reachable = node == request.initiator || rooms.types.cpuAddressable(type);
        boolean fits = !vma.shared()
                || rooms.topology.kind(node) != NodeKind.DEVICE
                || rooms.types.has(type, Attribute.FILE_BACKABLE);
        if (reachable && fits) {
            request.namedNode = node;
        }
    }

    /** {@return the history of a page that was made just now} */
    public long made(Regime regime, Cause cause, long begunNs) {
        long now = rooms.nowNs();
        return History.pack(now, regime.mover(), cause, -1, now - begunNs);
    }

    /**
     * Locks a page that is not mapped yet where its representation may change, so that the entry to come agrees with
     * it.
     *
     * @return whether it is held
     */
    public boolean hold(long pfn) {
        if (rooms.topology.kind(rooms.frames.node(pfn)) != NodeKind.DEVICE) {
            return false;
        }
        for (int turn = 0; !rooms.frames.tryLock(pfn); turn++) {
            rooms.actors.pause(turn);
        }
        return true;
    }

    public void unhold(long pfn, boolean held) {
        if (held) {
            rooms.frames.unlock(pfn);
        }
    }
}

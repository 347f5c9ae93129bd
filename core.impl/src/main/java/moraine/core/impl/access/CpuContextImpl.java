package moraine.core.impl.access;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.space.SpaceImpl;

/** A CPU thread's context. */
public final class CpuContextImpl extends AccessContext implements CpuContext {
    private final Rooms rooms;
    private final SpaceImpl space;
    private final CpuFaults faults;
    private final Agent agent;
    private boolean closed;

    public CpuContextImpl(Rooms rooms, SpaceImpl space, CpuFaults faults, int node) {
        super(rooms, space.table(), space.contexts(), node);
        this.rooms = rooms;
        this.space = space;
        this.faults = faults;
        this.agent = rooms.newAgent();
        agent.context(this);
    }

    @Override
    void fault(long address, Intent intent, long entry) {
        Errno outcome = closed ? Errno.EBADF : faults.resolve(agent, space, address, intent, initiator());
        if (outcome != Errno.OK) {
            throw failure(outcome, address, intent);
        }
    }

    @Override
    void served() {
        agent.touchEnds();
    }

    private MoraineException failure(Errno outcome, long address, Intent intent) {
        String access = intent + " at 0x" + Long.toHexString(address) + " in space " + space.name();
        return switch (outcome) {
            case EFAULT ->
                MoraineException.caller(outcome, access + " is outside every mapping that allows it; map it first");
            case EBADF -> MoraineException.caller(outcome, access + ": the space or context is closed");
            case ENOMEM ->
                new MoraineException(
                        outcome,
                        Blame.RESOURCES,
                        access + " found no free page in the nodes that memory policy, tenant and placement policy"
                                + " allow, and " + rooms.swap.lack("unmap some, allow more nodes"));
            case EDQUOT ->
                new MoraineException(
                        outcome, Blame.RESOURCES, access + " would exceed the tenant's quota; raise it or unmap some");
            case SIGBUS ->
                new MoraineException(
                        outcome,
                        Blame.RESOURCES,
                        access + " met a page that is lost, lies beyond the end of its file, or could not be read");
            case SIGKILL ->
                new MoraineException(
                        outcome,
                        Blame.RESOURCES,
                        access + ": the space was ended, for the memory that it is bound to was full; bind it to more,"
                                + " or touch less");
            case ETIMEDOUT ->
                MoraineException.caller(
                        outcome,
                        access + " waited " + rooms.tuning.userfaultDeadlineNs / 1_000_000
                                + " ms for the range's handler to fill the page; have it fill or unregister it");
            case EOVERFLOW ->
                new MoraineException(
                        outcome,
                        Blame.RESOURCES,
                        access + " met a page that has 65,535 references or mappings already, all that can be counted;"
                                + " unmap it elsewhere");
            default -> new MoraineException(outcome, Blame.INTERNAL, access + " ended with " + outcome);
        };
    }

    @Override
    public AddressSpace space() {
        return space;
    }

    @Override
    public int node() {
        return initiator();
    }

    @Override
    public void memoryPolicy(MemoryPolicy policy) {
        agent.taskPolicy(rooms.policies.set(policy, space.tenant()));
    }

    @Override
    public MemoryPolicy memoryPolicy() {
        return SetPolicy.given(agent.taskPolicy());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            super.close();
            rooms.retire(agent);
        }
    }
}

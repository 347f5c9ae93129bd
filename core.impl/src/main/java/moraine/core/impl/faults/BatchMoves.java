package moraine.core.impl.faults;

import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Event;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.migration.Batch;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.vma.Vma;

/** Moves what a batch of faults is to have on its device, a window at a time; called in the world. */
final class BatchMoves {
    private final Rooms rooms;
    private final Spaces spaces;
    private final int node;
    private final FaultBatch batch;
    private final Thrashing thrashing;
    private final RoomMaker roomMaker;
    private final Agent agent;

    BatchMoves(Rooms rooms, Spaces spaces, PolicyCalls calls, FaultBatch batch, Thrashing thrashing, Agent agent) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = batch.device();
        this.batch = batch;
        this.thrashing = thrashing;
        this.roomMaker = new RoomMaker(rooms, calls, node);
        this.agent = agent;
    }

    void move() {
        for (int i = 0; i < batch.size(); ) {
            i = batch.action(i) == DeviceAction.MIGRATE ? moveWindow(i) : i + 1;
        }
    }

    /** Moves the window of a fault. @return the first fault beyond it */
    private int moveWindow(int first) {
        long bytes = (long) Math.max(1, batch.window(first)) * Pages.SIZE;
        long start = batch.address(first) & -bytes;
        long end = start + bytes;
        int next = first + 1;
        while (next < batch.size()
                && batch.space(next) == batch.space(first)
                && batch.address(next) < end
                && batch.action(next) == DeviceAction.MIGRATE) {
            next++;
        }
        SpaceImpl space = spaces.byId(batch.space(first));
        Vma vma = space == null ? null : space.vmas().find(batch.address(first));
        if (space != null && vma != null && vma.protection().allows(Intent.READ)) {
            start = Math.max(start, vma.start());
            end = Math.min(end, vma.end());
            long hotEnd = batch.address(next - 1) + Pages.SIZE;
            migrate(space, start, end, batch.address(first), hotEnd);
        }
        return next;
    }

    private void migrate(SpaceImpl space, long start, long end, long hotStart, long hotEnd) {
        int moved = attempt(space, start, end, hotStart, hotEnd);
        Batch slots = agent.batch();
        int wanted = (int) (end - start >>> Pages.SHIFT) - moved - slots.already();
        if (slots.full() && roomMaker.makeRoom(agent, wanted, thrashing.batchStartNs())) {
            moved += attempt(space, start, end, hotStart, hotEnd);
        }
        if (moved > 0) {
            rooms.events.record(Event.Kind.MIGRATION, node, space.id(), start, moved, Cause.COHERENCE);
        }
    }

    private int attempt(SpaceImpl space, long start, long end, long hotStart, long hotEnd) {
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                return 0;
            }
            agent.batch()
                    .order()
                    .to(
                            node,
                            Reason.DEVICE_FAULT,
                            Cause.COHERENCE,
                            rooms.regimes.current().mover())
                    .hot(hotStart, hotEnd)
                    .withHoles();
            return agent.batch().moveRange(space, start, end);
        } finally {
            space.unlockShared(stamp);
        }
    }
}

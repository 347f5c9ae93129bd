package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.History;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;

/**
 * Decides each unmapped slot: freezes the source and makes the target the page, with owner, object and history.
 *
 * <p>Only a source that nobody but the batch and the page's object refers to is frozen; a reference that somebody took
 * since the unmap step rejects the slot. A frozen source is unlocked too, for without references nobody can hold it.
 */
final class MoveStep extends SlotStep {
    MoveStep(Rooms rooms, Agent agent, Order order, Slots slots) {
        super(rooms, agent, order, slots);
    }

    void run(long now, long costNs) {
        for (int slot = 0; slot < slots.size; slot++) {
            if (slots.states[slot] == Slots.UNMAPPED) {
                commit(slot, now, costNs);
            }
        }
    }

    private void commit(int slot, long now, long costNs) {
        long from = slots.sources[slot];
        long to = slots.targets[slot];
        if (!exchange(from, to)) {
            slots.reject(slot);
            return;
        }
        long address = slots.addresses[slot];
        Cause cause = address < 0 ? order.cause : order.causeOf(address);
        frames.history(to, History.pack(now, order.mover, cause, frames.node(from), costNs));
        slots.states[slot] = Slots.COMMITTED;
    }

    private boolean exchange(long from, long to) {
        MemoryObject object = rooms.objects.get(frames.object(from));
        frames.owner(to, frames.object(from), frames.index(from));
        frames.hintMarks.carry(from, to);
        if (object instanceof MergedPage merged) {
            return exchange(merged, from, to);
        }
        if (object == null || object.ownReferences() == 0) {
            return frames.freezeAndUnlock(from, 1);
        }
        object.lock(rooms.actors);
        try {
            return exchange(object, from, to);
        } finally {
            object.unlock();
        }
    }

    /** Exchanges a merged page: whoever has its lock sees one frame or the other, never one that is frozen. */
    private boolean exchange(MergedPage merged, long from, long to) {
        merged.lock(rooms.actors);
        try {
            // Its number may have been another object's when the page was collected.
            if (merged.frame() != from || !frames.freezeAndUnlock(from, 1)) {
                return false;
            }
            merged.frame(to);
            return true;
        } finally {
            merged.unlock();
        }
    }

    /**
     * Exchanges a page that its object keeps. The object's own reference goes and comes under its lock, so that whoever
     * looks a page up, or ends the object, finds one or the other.
     */
    private boolean exchange(MemoryObject object, long from, long to) {
        long index = frames.index(from);
        if (object.page(index) != from || !frames.freezeAndUnlock(from, 1 + object.ownReferences())) {
            return false;
        }
        object.page(index, to);
        frames.get(to);
        return true;
    }
}

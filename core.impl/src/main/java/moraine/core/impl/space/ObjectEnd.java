package moraine.core.impl.space;

import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.rmap.MemoryObject;

/**
 * Ends a memory object that no mapping uses any more: a shared one gives up its references on its pages. None comes any
 * more, so it is passed over without the lock where it never had any.
 */
final class ObjectEnd {
    private final Rooms rooms;

    ObjectEnd(Rooms rooms) {
        this.rooms = rooms;
    }

    void end(Agent agent, MemoryObject object) {
        for (long index = object.next(0); index < object.limit(); index = object.next(index + 1)) {
            object.lock(rooms.actors);
            long pfn = object.page(index);
            long slot = object.slot(index);
            object.page(index, -1);
            object.unlock();
            if (slot >= 0) {
                rooms.swap.slots().drop(slot);
            }
            if (pfn >= 0) {
                agent.put(pfn);
            }
        }
        rooms.objects.remove(object);
    }
}

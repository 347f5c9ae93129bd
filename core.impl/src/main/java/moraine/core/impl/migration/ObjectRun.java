package moraine.core.impl.migration;

import moraine.core.impl.Rooms;
import moraine.core.impl.rmap.MemoryObject;
import org.jspecify.annotations.Nullable;

/**
 * The lock of the object that one folio after the other belongs to, taken once for a run of them. Confined to a batch.
 *
 * <p>A run is short, so that faults and forks of the family wait no longer than for a few pages. Whoever enters leaves
 * in the end, also by an exception.
 */
final class ObjectRun {
    private static final int LONGEST = 32;

    private final Rooms rooms;
    private @Nullable MemoryObject held;
    private int left;

    ObjectRun(Rooms rooms) {
        this.rooms = rooms;
    }

    /** Locks the object of a folio, unless it is locked from the one before; {@return it, null when it is gone} */
    @SuppressWarnings("ReferenceEquality")
    @Nullable
    MemoryObject enter(long head) {
        MemoryObject object = rooms.objects.get(rooms.frames.object(head));
        if (object != null && object == held && left > 0) {
            left--;
            return object;
        }
        leave();
        if (object != null) {
            object.lock(rooms.actors);
            held = object;
            left = LONGEST - 1;
        }
        return object;
    }

    /** Unlocks what is locked, if anything is. */
    void leave() {
        MemoryObject object = held;
        if (object != null) {
            held = null;
            object.unlock();
        }
    }
}

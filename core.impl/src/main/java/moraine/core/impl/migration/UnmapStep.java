package moraine.core.impl.migration;

import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.rmap.MemoryObject;

/**
 * Takes the sources away from everybody: every entry becomes MIGRATING, devices and CPU contexts are shot down, and
 * then it is asked whether anybody else still refers to a source. Afterwards the content of an UNMAPPED slot is stable.
 *
 * <p>The question comes after the shoot-down: who got at a page through an entry has left it or has a reference. Who
 * takes a reference later came by an old number, and {@link MoveStep} finds it.
 */
final class UnmapStep extends SlotStep {
    private final ReverseMap reverse;
    private final ObjectRun run;

    UnmapStep(Rooms rooms, Agent agent, Order order, Slots slots, ReverseMap reverse, ObjectRun run) {
        super(rooms, agent, order, slots);
        this.reverse = reverse;
        this.run = run;
    }

    void run(Announcements announcements) {
        int count = unmap(announcements);
        announcements.shootDown(agent);
        rooms.charge(Cost.MIGRATE, order.initiator, order.initiator, order.initiator, count);
        for (int slot = 0; slot < slots.size; slot++) {
            if (slots.states[slot] == Slots.COLLECTED) {
                check(slot);
            }
        }
    }

    /** @return pages whose entries were replaced */
    private int unmap(Announcements announcements) {
        int count = 0;
        try {
            for (int slot = 0; slot < slots.size; slot++) {
                if (slots.states[slot] == Slots.COLLECTED) {
                    unmap(slots.sources[slot], slots.pages[slot], announcements);
                    count += slots.pages[slot];
                }
            }
        } finally {
            run.leave();
        }
        return count;
    }

    private void unmap(long head, int pages, Announcements announcements) {
        MemoryObject object = run.enter(head);
        if (object != null) {
            reverse.unmapLocked(agent, object, head, (long) pages * Pages.SIZE, announcements);
        }
    }

    private void check(int slot) {
        long head = slots.sources[slot];
        if (frames.mappings(head) == 0 && frames.refs(head) == expectedReferences(head)) {
            slots.states[slot] = Slots.UNMAPPED;
        } else {
            slots.reject(slot);
        }
    }

    /** {@return references of an unmapped folio that nobody but this batch and its object refers to} */
    private int expectedReferences(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        return object == null ? 1 : 1 + object.ownReferences();
    }
}

package moraine.core.impl.migration;

import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;

/**
 * Copies the content of unmapped sources. What an engine throws at, the host copies; a slot fails only where neither
 * can, and none but those of the run. This is the one step that calls a driver, with frames held and no other lock.
 */
final class CopyStep extends SlotStep {
    private final CopyRuns runs;

    CopyStep(Rooms rooms, Agent agent, Order order, Slots slots) {
        super(rooms, agent, order, slots);
        this.runs = new CopyRuns(rooms, this::leave);
    }

    void run() {
        for (int slot = 0; slot < slots.size; slot++) {
            if (slots.states[slot] == Slots.UNMAPPED) {
                runs.add(slot, slots.sources[slot]);
            }
        }
        runs.flush(order.initiator, slots.targets, slots.pages);
    }

    private void leave(long firstPfn, long endPfn) {
        for (int slot = 0; slot < slots.size; slot++) {
            long source = slots.sources[slot];
            if (slots.states[slot] == Slots.UNMAPPED && source >= firstPfn && source < endPfn) {
                slots.decline(slot);
                agent.count(Stat.MIGRATE_FAILED, slots.pages[slot]);
            }
        }
    }
}

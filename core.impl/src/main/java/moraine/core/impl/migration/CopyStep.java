package moraine.core.impl.migration;

import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;

/**
 * Copies the content of unmapped sources. Nothing here can fail a slot: what an engine does not copy, the host does.
 * This is the one step that calls a driver, with frames held and no other lock.
 */
final class CopyStep extends SlotStep {
    private final CopyRuns runs;

    CopyStep(Rooms rooms, Agent agent, Order order, Slots slots) {
        super(rooms, agent, order, slots);
        this.runs = new CopyRuns(rooms);
    }

    void run() {
        for (int slot = 0; slot < slots.size; slot++) {
            if (slots.states[slot] == Slots.UNMAPPED) {
                runs.add(slot, slots.sources[slot]);
            }
        }
        runs.flush(order.initiator, slots.targets, slots.pages);
    }
}

package moraine.core.impl.migration;

import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;

/** One step of the slot machine: goes over the slots and brings each into its next state. */
abstract class SlotStep {
    final Rooms rooms;
    final Agent agent;
    final Frames frames;
    final Order order;
    final Slots slots;

    SlotStep(Rooms rooms, Agent agent, Order order, Slots slots) {
        this.rooms = rooms;
        this.agent = agent;
        this.frames = rooms.frames;
        this.order = order;
        this.slots = slots;
    }
}

package moraine.core.impl.migration;

import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.rmap.MemoryObject;

/**
 * Ends the batch: MIGRATING entries of committed slots map the target, those of rejected ones the source with all its
 * bits; then everything that the batch holds is given up, and frozen sources are freed.
 *
 * <p>All entries are restored before the first frame is let go, so that one lock of an object serves a run of slots.
 */
final class FinaliseStep extends SlotStep {
    private final ReverseMap reverse;
    private final ObjectRun run;

    FinaliseStep(Rooms rooms, Agent agent, Order order, Slots slots, ReverseMap reverse, ObjectRun run) {
        super(rooms, agent, order, slots);
        this.reverse = reverse;
        this.run = run;
    }

    void run() {
        remap();
        for (int slot = 0; slot < slots.size; slot++) {
            switch (slots.states[slot]) {
                case Slots.COMMITTED -> {
                    count(slot);
                    rooms.allocator.free(agent.worker(), slots.sources[slot]);
                }
                case Slots.REJECTED -> agent.letGo(slots.sources[slot]);
                case Slots.HOLE -> {
                    slots.moved += slots.pages[slot];
                    agent.count(Stat.MADE_ON_DEVICE, slots.pages[slot]);
                    large(slot);
                }
                default -> {
                    // nothing was changed
                }
            }
            if (slots.targets[slot] >= 0) {
                agent.letGo(slots.targets[slot]);
            }
        }
    }

    private void remap() {
        try {
            for (int slot = 0; slot < slots.size; slot++) {
                switch (slots.states[slot]) {
                    case Slots.COMMITTED -> remap(slots.sources[slot], slots.targets[slot]);
                    case Slots.REJECTED -> remap(slots.sources[slot], slots.sources[slot]);
                    default -> {
                        // no entry of it was changed
                    }
                }
            }
        } finally {
            run.leave();
        }
    }

    private void remap(long from, long to) {
        MemoryObject object = run.enter(to);
        if (object != null) {
            reverse.remapLocked(agent, object, from, to);
        }
    }

    private void count(int slot) {
        int pages = slots.pages[slot];
        slots.moved += pages;
        large(slot);
        boolean fromDevice = isDevice(slots.sources[slot]);
        boolean toDevice = isDevice(slots.targets[slot]);
        if (toDevice && !fromDevice) {
            count(Stat.TO_DEVICE_PAGES, Stat.TO_DEVICE_BYTES, pages);
        } else if (fromDevice && !toDevice) {
            count(Stat.TO_HOST_PAGES, Stat.TO_HOST_BYTES, pages);
        } else {
            agent.count(Stat.BETWEEN_HOST_PAGES, pages);
        }
        if (order.reason == Reason.EVICTION) {
            agent.count(Stat.EVICTED_PAGES, pages);
        }
    }

    private void large(int slot) {
        if (slots.pages[slot] > 1) {
            agent.count(Stat.LARGE_MOVED);
        }
    }

    private void count(Stat pagesMoved, Stat bytesMoved, int pages) {
        agent.count(pagesMoved, pages);
        agent.count(bytesMoved, (long) pages * Pages.SIZE);
    }

    private boolean isDevice(long pfn) {
        return rooms.topology.kind(frames.node(pfn)) == NodeKind.DEVICE;
    }
}

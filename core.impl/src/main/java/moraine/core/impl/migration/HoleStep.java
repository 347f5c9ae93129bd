package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.History;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Makes pages that were never written at their destination, instead of moving zeroes there.
 *
 * <p>A CPU may touch the address meanwhile. Both install under the region's lock and only where nothing is mapped, so
 * exactly one wins; the other's page is given up. Counts come before the entry: who sees the entry may drop them.
 */
final class HoleStep extends SlotStep {
    HoleStep(Rooms rooms, Agent agent, Order order, Slots slots) {
        super(rooms, agent, order, slots);
    }

    void zero() {
        for (int slot = 0; slot < slots.size; slot++) {
            if (slots.states[slot] == Slots.HOLE) {
                long to = slots.targets[slot];
                frames.zero(to, 1);
                rooms.charge(Cost.ZERO, order.initiator, order.initiator, frames.node(to), Pages.SIZE);
            }
        }
    }

    /** Maps the pages where there is still nothing; the space's lock is held shared. */
    void install(long now, long costNs) {
        SpaceImpl space = slots.space;
        for (int slot = 0; slot < slots.size; slot++) {
            if (slots.states[slot] == Slots.HOLE && (space == null || !install(space, slot, now, costNs))) {
                slots.states[slot] = Slots.GIVEN_UP;
            }
        }
    }

    private boolean install(SpaceImpl space, int slot, long now, long costNs) {
        long address = slots.addresses[slot];
        Vma vma = space.vmas().find(address);
        if (vma == null || vma.shared() || !vma.protection().allows(Intent.READ)) {
            return false;
        }
        long to = slots.targets[slot];
        frames.owner(to, vma.object().id(), vma.index(address));
        frames.history(to, History.pack(now, order.mover, Cause.FIRST_TOUCH, -1, costNs));
        int kind = rooms.types.cpuAddressable(frames.type(to)) ? Pte.PRESENT : Pte.DEVICE_PRIVATE;
        long write = vma.protection().allows(Intent.WRITE) ? Pte.WRITE : 0;
        frames.addMapped(to);
        if (put(space, vma, address, Pte.of(kind, to, write))) {
            return true;
        }
        agent.count(Stat.CAS_LOST);
        frames.dropMapped(to);
        return false;
    }

    private boolean put(SpaceImpl space, Vma vma, long address, long entry) {
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = vma.dead() ? null : space.table().leafForInstall(middle, address);
            int index = PageTable.index(address);
            int kind = leaf == null ? Pte.PRESENT : Pte.kind(MiddleTable.get(leaf, index));
            if (leaf == null || kind != Pte.NONE && kind != Pte.ZERO) {
                return false;
            }
            if (kind == Pte.ZERO) {
                MiddleTable.set(leaf, index, Pte.NONE);
                space.shootDown(agent);
            }
            MiddleTable.set(leaf, index, entry);
            return true;
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }
}

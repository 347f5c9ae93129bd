package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
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
                int pages = slots.pages[slot];
                frames.zero(to, pages);
                long bytes = (long) pages * Pages.SIZE;
                rooms.charge(Cost.ZERO, order.initiator, order.initiator, frames.node(to), bytes);
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
        rooms.points.reach(Point.HOLE_READY);
        long address = slots.addresses[slot];
        Vma vma = space.vmas().find(address);
        if (vma == null || !vma.plain() || !vma.protection().allows(Intent.READ)) {
            return false;
        }
        boolean large = slots.pages[slot] > 1;
        if (large && !vma.covers(address, address + Pages.LARGE_SIZE)) {
            return false;
        }
        long to = slots.targets[slot];
        frames.owner(to, vma.object().id(), vma.index(address));
        frames.history(to, History.pack(now, order.mover, Cause.FIRST_TOUCH, -1, costNs));
        int kind = rooms.types.cpuAddressable(frames.type(to)) ? Pte.PRESENT : Pte.DEVICE_PRIVATE;
        long write = vma.protection().allows(Intent.WRITE) ? Pte.WRITE : 0;
        frames.addMapped(to);
        if (large
                ? putLarge(space, vma, address, Pte.of(kind, to, write | Pte.LARGE))
                : put(space, vma, address, Pte.of(kind, to, write))) {
            return true;
        }
        agent.count(Stat.CAS_LOST);
        frames.dropMapped(to);
        return false;
    }

    private boolean putLarge(SpaceImpl space, Vma vma, long address, long entry) {
        MiddleTable middle = space.table().lock(address);
        int region = PageTable.region(address);
        try {
            long old = middle.entry(region);
            if (vma.dead() || !PageTable.vacant(old)) {
                return false;
            }
            if (old != Pte.NONE) {
                middle.entry(region, Pte.NONE);
                space.shootDown(agent);
            }
            middle.entry(region, entry);
            return true;
        } finally {
            middle.unlock(region);
        }
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

package moraine.core.impl.faults;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Touches of shared anonymous memory: the object's page is found or made, then mapped.
 *
 * <p>The frame's lock is held while an entry is installed, so that a page that is being migrated is not mapped half
 * way.
 */
final class SharedFaults {
    /** Answer of {@link #make} when the object's page is just being exchanged by a migration. */
    private static final long AGAIN = Long.MIN_VALUE;
    /** Answer of {@link #find} when the object has no page there. */
    private static final long MISSING = Long.MIN_VALUE + 1;
    /** Answer of {@link #find} when the object's page is in swap. */
    private static final long SWAPPED = Long.MIN_VALUE + 2;

    private final Rooms rooms;
    private final Placement placement;
    private final Frames frames;

    SharedFaults(Rooms rooms, Placement placement) {
        this.rooms = rooms;
        this.placement = placement;
        this.frames = rooms.frames;
    }

    Errno touch(Agent agent, Vma vma, long address, Intent intent, int initiator) {
        MemoryObject object = vma.object();
        long index = vma.index(Pages.floor(address));
        long pfn = find(object, index);
        if (pfn == MISSING) {
            pfn = make(agent, vma, index, intent, initiator);
        }
        if (pfn == SWAPPED) {
            return Errno.EAGAIN;
        }
        if (pfn == AGAIN) {
            rooms.actors.pause(1);
            return Errno.OK;
        }
        if (pfn < 0) {
            return Errno.values()[(int) -pfn];
        }
        return map(agent, vma, address, index, pfn);
    }

    /** Maps the object's page, of which a reference was taken; gives the reference back if it does not. */
    private Errno map(Agent agent, Vma vma, long address, long index, long pfn) {
        if (!frames.tryLock(pfn)) {
            agent.put(pfn);
            agent.count(Stat.CPU_WAITS);
            rooms.actors.pause(1);
            return Errno.OK;
        }
        Errno mapped = stillThere(vma.object(), index, pfn) ? install(vma, address, pfn) : Errno.EAGAIN;
        frames.unlock(pfn);
        if (mapped == Errno.OK) {
            return mapped;
        }
        agent.put(pfn);
        agent.count(Stat.CAS_LOST);
        return mapped == Errno.EAGAIN ? Errno.OK : mapped;
    }

    /** {@return the object's page with a reference taken, MISSING, SWAPPED, or what {@link #take} says} */
    private long find(MemoryObject object, long index) {
        object.lock(rooms.actors);
        try {
            long pfn = object.page(index);
            if (pfn >= 0) {
                return take(pfn);
            }
            return object.slot(index) < 0 ? MISSING : SWAPPED;
        } finally {
            object.unlock();
        }
    }

    /** {@return the frame with a reference taken, AGAIN while it is frozen, or EOVERFLOW negated} */
    private long take(long pfn) {
        if (frames.getUnlessZero(pfn)) {
            return pfn;
        }
        return frames.full(pfn) ? -Errno.EOVERFLOW.ordinal() : AGAIN;
    }

    private boolean stillThere(MemoryObject object, long index, long pfn) {
        object.lock(rooms.actors);
        try {
            return object.page(index) == pfn;
        } finally {
            object.unlock();
        }
    }

    /**
     * Makes the object's page unless somebody is faster. @return it with a reference taken, AGAIN, or a negative errno
     */
    private long make(Agent agent, Vma vma, long index, Intent intent, int initiator) {
        long begun = rooms.nowNs();
        int from = placement.sharer(initiator);
        Reason reason = from == initiator && placement.isDevice(initiator) ? Reason.DEVICE_FAULT : Reason.CPU_FAULT;
        long address = vma.address(vma.object(), index);
        AllocRequest request = placement.request(agent, vma, address, reason, intent, from);
        placement.prefer(request, vma, address);
        long pfn = placement.allocate(agent, request);
        if (pfn < 0) {
            return pfn;
        }
        frames.zero(pfn, 1);
        rooms.charge(Cost.ZERO, initiator, initiator, frames.node(pfn), Pages.SIZE);
        frames.owner(pfn, vma.object().id(), index);
        frames.history(pfn, placement.made(rooms.regimes.current(), Cause.FIRST_TOUCH, begun));
        rooms.points.reach(Point.FAULT_PAGE_READY);
        return publish(agent, vma.object(), index, pfn);
    }

    private long publish(Agent agent, MemoryObject object, long index, long pfn) {
        object.lock(rooms.actors);
        long other = object.page(index);
        boolean mine = other < 0 && object.slot(index) < 0;
        long result = AGAIN;
        if (mine) {
            object.page(index, pfn);
            frames.get(pfn);
            result = pfn;
        } else if (other >= 0) {
            result = take(other);
        }
        object.unlock();
        if (!mine) {
            agent.put(pfn);
        }
        return result;
    }

    /** {@return OK, EAGAIN when the mapping died or an entry is there, EOVERFLOW when it is mapped too often} */
    private Errno install(Vma vma, long address, long pfn) {
        SpaceImpl space = vma.space();
        long write = vma.protection() == Protection.READ_WRITE ? Pte.WRITE : 0;
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = vma.dead() ? null : space.table().leafForInstall(middle, address);
            int index = PageTable.index(address);
            if (leaf == null || MiddleTable.get(leaf, index) != Pte.NONE) {
                return Errno.EAGAIN;
            }
            if (!frames.addMapping(pfn, 1)) {
                return Errno.EOVERFLOW;
            }
            MiddleTable.set(leaf, index, Pte.of(Pte.PRESENT, pfn, write));
            return Errno.OK;
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }
}

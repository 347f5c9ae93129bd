package moraine.core.impl.swap;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.cache.Content;
import moraine.core.impl.faults.Placement;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.host.Regime;
import moraine.core.impl.reclaim.DirectReclaim;
import moraine.core.impl.reclaim.DirectReclaim.Stand;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Brings swapped pages back for a touch.
 *
 * <p>Protocol. With no guard held the slot is held, the entry read again, and the slot read: nobody writes to a slot
 * that has a user or a reader. Then, within the world and the space's lock held shared, a page is made and its entry
 * installed under the region's lock, if the entry still names the slot. Of two that bring the same page back one
 * installs it, and the other gives its page up.
 */
@SuppressWarnings("EnumOrdinal")
final class SwapIn {
    private static final System.Logger LOG = System.getLogger(SwapIn.class.getName());

    /** Pages read at once at most. */
    private static final int MOST = 32;

    private final Rooms rooms;
    private final Frames frames;
    private final SwapSlots slots;
    private final SwapArea area;
    private final Content content;
    private final Placement placement;

    SwapIn(Rooms rooms, SwapSlots slots, SwapArea area) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.slots = slots;
        this.area = area;
        this.content = new Content(rooms);
        this.placement = new Placement(rooms);
    }

    /**
     * Brings a page back, and those after it that are in the slots after its own, as they were if they left together.
     *
     * @param pages how many are wanted at most
     * @return OK when it is worth looking again; SIGBUS when it cannot be read, ENOMEM, EDQUOT, EACCES when there is no
     *     page for it, each for this touch alone: the content stays in its slot; SIGKILL when that ended the space
     */
    Errno bring(Agent agent, SpaceImpl space, long address, int pages, int initiator) {
        long entry = space.table().get(address);
        int first = (int) Pte.pfn(entry);
        int count = 0;
        while (count < Math.min(pages, MOST) && hold(space, address + (long) count * Pages.SIZE, first + count)) {
            count++;
        }
        if (count == 0) {
            return Errno.OK;
        }
        var trip = new Trip(agent, space, address, first, count, content.staging(count), initiator);
        try {
            return read(trip) ? repeat(trip, () -> install(trip)) : Errno.SIGBUS;
        } finally {
            for (int i = 0; i < count; i++) {
                slots.letGo(first + i);
            }
        }
    }

    /**
     * Brings a page of shared memory back to its object, where the next look finds it.
     *
     * @return as {@link #bring} does
     */
    Errno bringShared(Agent agent, Vma vma, long address, int initiator) {
        MemoryObject object = vma.object();
        long index = vma.index(address);
        int slot = holdShared(object, index);
        if (slot < 0) {
            return Errno.OK;
        }
        var trip = new Trip(agent, vma.space(), address, slot, 1, content.staging(1), initiator);
        try {
            return read(trip) ? repeat(trip, () -> publish(trip, object, index)) : Errno.SIGBUS;
        } finally {
            slots.letGo(slot);
        }
    }

    /** Tries to give what was read a page, with room made where there is none. */
    private static Errno repeat(Trip trip, Supplier<Errno> attempt) {
        DirectReclaim reclaim = trip.agent.directReclaim();
        long answer =
                reclaim.repeat(trip.space, Stand.OUTSIDE, () -> -attempt.get().ordinal());
        return Errno.values()[(int) -answer];
    }

    /** Holds the slot that an object names for a page. @return it, or -1 */
    private int holdShared(MemoryObject object, long index) {
        object.lock(rooms.actors);
        try {
            int slot = (int) object.slot(index);
            return slot >= 0 && slots.hold(slot) ? slot : -1;
        } finally {
            object.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private Errno publish(Trip trip, MemoryObject object, long index) {
        rooms.world.enter(trip.agent);
        long stamp = trip.space.lockShared();
        try {
            Vma vma = trip.space.vmas().find(trip.address);
            if (vma == null || vma.object() != object) {
                return Errno.OK;
            }
            long begun = rooms.nowNs();
            long pfn = allocate(trip, vma, trip.address, trip.slot);
            if (pfn < 0) {
                return lack(trip, pfn);
            }
            fill(trip, 0, pfn, begun);
            frames.owner(pfn, object.id(), index);
            rooms.points.reach(Point.SWAP_READ);
            exchange(trip, object, index, pfn);
            return Errno.OK;
        } finally {
            trip.space.unlockShared(stamp);
            rooms.world.exit(trip.agent);
        }
    }

    /** Gives an object a page for its slot, unless somebody was faster. */
    private void exchange(Trip trip, MemoryObject object, long index, long pfn) {
        object.lock(rooms.actors);
        boolean mine = object.slot(index) == trip.slot;
        if (mine) {
            object.page(index, pfn);
        }
        object.unlock();
        trip.agent.count(mine ? Stat.PSWPIN : Stat.CAS_LOST);
        if (mine) {
            slots.drop(trip.slot);
        } else {
            trip.agent.put(pfn);
        }
    }

    private Errno lack(Trip trip, long refusal) {
        Errno lack = Errno.values()[(int) -refusal];
        return rooms.lazyPages.makeRoom(trip.agent, lack, trip.space.tenant()) ? Errno.OK : lack;
    }

    /** Gives a page its content and history, and charges for it. */
    private void fill(Trip trip, int page, long pfn, long begun) {
        if (page == 0) {
            area.charge(trip.initiator, frames.node(pfn), trip.count, /* out= */ false);
        }
        content.put(trip.staging, page, pfn);
        frames.history(pfn, history(trip.slot + page, begun));
    }

    /**
     * What is on its way back.
     *
     * @param slot of the first page
     * @param initiator node of the processor that touched
     */
    private record Trip(
            Agent agent, SpaceImpl space, long address, int slot, int count, ByteBuffer staging, int initiator) {
        long address(int page) {
            return address + (long) page * Pages.SIZE;
        }
    }

    /** Holds a slot if the page's entry names it. */
    private boolean hold(SpaceImpl space, long address, int slot) {
        if (!names(space.table().get(address), slot) || !slots.hold(slot)) {
            return false;
        }
        boolean same = names(space.table().get(address), slot);
        if (!same) {
            slots.letGo(slot);
        }
        return same;
    }

    private static boolean names(long entry, int slot) {
        return Pte.kind(entry) == Pte.SWAPPED && Pte.pfn(entry) == slot;
    }

    private boolean read(Trip trip) {
        try {
            area.read(trip.slot, trip.count, trip.staging);
            return true;
        } catch (MoraineException e) {
            LOG.log(System.Logger.Level.WARNING, "a touch of a swapped page ends with SIGBUS: " + e.getMessage());
            return false;
        }
    }

    private Errno install(Trip trip) {
        rooms.world.enter(trip.agent);
        long stamp = trip.space.lockShared();
        try {
            Errno outcome = page(trip, 0);
            boolean goesOn = outcome == Errno.OK;
            for (int i = 1; i < trip.count && goesOn; i++) {
                goesOn = page(trip, i) == Errno.OK;
            }
            return outcome;
        } finally {
            trip.space.unlockShared(stamp);
            rooms.world.exit(trip.agent);
        }
    }

    private Errno page(Trip trip, int page) {
        long address = trip.address(page);
        Vma vma = trip.space.vmas().find(address);
        if (vma == null || !names(trip.space.table().get(address), trip.slot + page)) {
            return Errno.OK;
        }
        long begun = rooms.nowNs();
        long pfn = allocate(trip, vma, address, trip.slot + page);
        if (pfn < 0) {
            return lack(trip, pfn);
        }
        fill(trip, page, pfn, begun);
        boolean held = placement.hold(pfn);
        frames.owner(pfn, vma.object().id(), vma.index(address));
        frames.addMapping(pfn, 1);
        rooms.points.reach(Point.SWAP_READ);
        boolean installed = install(vma, address, trip.slot + page, pfn);
        placement.unhold(pfn, held);
        if (installed) {
            trip.agent.count(Stat.PSWPIN);
        } else {
            trip.agent.count(Stat.CAS_LOST);
            frames.dropMapping(pfn, 1);
            trip.agent.put(pfn);
        }
        return Errno.OK;
    }

    private long history(int slot, long begun) {
        long now = rooms.nowNs();
        int mover = rooms.regimes.current().mover();
        return History.pack(now, mover, Cause.SWAP_IN, slots.node(slot), Math.max(1, now - begun));
    }

    /** {@return a page where the swapped one was, if it may be there and there is room, else where a zonelist leads} */
    private long allocate(Trip trip, Vma vma, long address, int slot) {
        int node = slots.node(slot);
        AllocRequest request = request(trip, vma, address);
        boolean named = request.explicitMask == 0 || (request.explicitMask >>> node & 1) != 0;
        if (named && (request.effectiveMask >>> node & 1) != 0 && takesBack(node, vma.shared())) {
            request.explicitMask = 1L << node;
            request.maskPreferred = false;
            request.namedNode = node;
            request.maySpill = false;
            request.quiet = true;
            long pfn = rooms.allocator.allocate(trip.agent.worker(), request, 0);
            return pfn >= 0 ? pfn : elsewhere(trip, vma, address, node);
        }
        placement.prefer(request, vma, address);
        return placement.allocate(trip.agent, request);
    }

    /** {@return a page where a zonelist leads, for one whose old node has no room, which is what it fell back from} */
    private long elsewhere(Trip trip, Vma vma, long address, int full) {
        AllocRequest request = request(trip, vma, address);
        placement.prefer(request, vma, address);
        request.quiet = true;
        long pfn = placement.allocate(trip.agent, request);
        rooms.allocator.fellBack(trip.agent.worker(), request.tenant, full, pfn);
        return pfn;
    }

    private AllocRequest request(Trip trip, Vma vma, long address) {
        int from = vma.shared() ? placement.sharer(trip.initiator) : trip.initiator;
        AllocRequest request = placement.request(trip.agent, vma, address, Reason.SWAP_IN, Intent.WRITE, from);
        request.device = placement.isDevice(from);
        return request;
    }

    /** {@return whether a node's memory is of a type that pages leave for swap, and that every processor can use} */
    private boolean takesBack(int node, boolean shared) {
        Regime regime = rooms.regimes.current();
        int type = regime.typeOfNode(node);
        return rooms.allocator.capacity(node) > 0
                && rooms.types.cpuAddressable(type)
                && !(shared && placement.isDevice(node) && !rooms.types.has(type, Attribute.FILE_BACKABLE))
                && rooms.types.has(type, Attribute.RECLAIMABLE);
    }

    /** Installs a page in the place of its slot. @return false when the entry names the slot no more */
    private boolean install(Vma vma, long address, int slot, long pfn) {
        SpaceImpl space = vma.space();
        boolean addressable = rooms.types.cpuAddressable(frames.type(pfn));
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = vma.dead() ? null : middle.leaf(PageTable.region(address));
            int index = PageTable.index(address);
            long entry;
            do {
                entry = leaf == null ? Pte.NONE : MiddleTable.get(leaf, index);
                if (leaf == null || !names(entry, slot)) {
                    return false;
                }
            } while (!MiddleTable.replace(leaf, index, entry, mapping(entry, pfn, addressable)));
        } finally {
            middle.unlock(PageTable.region(address));
        }
        slots.drop(slot);
        return true;
    }

    private static long mapping(long entry, long pfn, boolean addressable) {
        long kind = addressable ? Pte.present(entry) : Pte.absent(entry, Pte.DEVICE_PRIVATE);
        return Pte.withPfn(kind, pfn);
    }
}

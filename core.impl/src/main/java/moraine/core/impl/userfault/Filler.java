package moraine.core.impl.userfault;

import java.lang.foreign.MemorySegment;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.cache.Content;
import moraine.core.impl.faults.Placement;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.reclaim.DirectReclaim.Stand;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Puts pages where they are missing. A page is made ready first, with nothing held. With the space's lock held shared
 * the mapping is looked up again, which may be another and is asked whether it still names the registration, and under
 * the region's lock the entry whether it is still NONE.
 */
final class Filler {
    private final Rooms rooms;
    private final Frames frames;
    private final Placement placement;
    private final Content content;
    private final SpaceImpl space;
    private final Registration registration;
    private final int node;

    Filler(Rooms rooms, SpaceImpl space, Registration registration) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.placement = new Placement(rooms);
        this.content = new Content(rooms);
        this.space = space;
        this.registration = registration;
        this.node = rooms.home(rooms.topology.profile().nodes().getFirst().id());
    }

    /** {@return node as whose processor pages are filled} */
    int node() {
        return node;
    }

    void fill(long address, MemorySegment source, long offset) {
        page(address, source, offset);
    }

    void zero(long address) {
        Agent agent = rooms.begin();
        try {
            if (zeroed(address)) {
                agent.count(Stat.USERFAULT_FILLED);
                return;
            }
        } finally {
            rooms.done(agent);
        }
        page(address, /* source= */ null, 0);
    }

    /** {@return whether the page shows the zero page now; not where nothing is allowed, for all may read that} */
    private boolean zeroed(long address) {
        long stamp = space.lockShared();
        try {
            boolean may = mapping(address).protection() != Protection.NONE;
            if (may) {
                install(address, Pte.of(Pte.ZERO, 0, 0));
            }
            return may;
        } finally {
            space.unlockShared(stamp);
        }
    }

    private void page(long address, @Nullable MemorySegment source, long offset) {
        Agent agent = rooms.begin();
        try {
            Vma vma = mapping(address);
            long pfn = make(agent, vma, address);
            frames.zero(pfn, 1);
            if (source != null) {
                content.write(source, offset, pfn, 0, Pages.SIZE);
            }
            rooms.points.reach(Point.FAULT_PAGE_READY);
            install(agent, address, pfn);
            agent.count(Stat.USERFAULT_FILLED);
        } finally {
            rooms.done(agent);
        }
    }

    /** Installs a page, or gives it up and says why. The mapping may be another since the page was made. */
    private void install(Agent agent, long address, long pfn) {
        boolean installed = false;
        long stamp = space.lockShared();
        try {
            Vma vma = mapping(address);
            boolean held = placement.hold(pfn);
            try {
                frames.owner(pfn, vma.object().id(), vma.index(address));
                install(address, entry(vma, pfn));
                installed = true;
            } finally {
                placement.unhold(pfn, held);
            }
        } finally {
            space.unlockShared(stamp);
            if (!installed) {
                frames.dropMapping(pfn, 1);
                agent.put(pfn);
            }
        }
    }

    private long make(Agent agent, Vma vma, long address) {
        long begun = rooms.nowNs();
        long pfn = agent.directReclaim().repeat(space, Stand.WITHIN, () -> allocate(agent, vma, address));
        if (pfn < 0) {
            throw new MoraineException(
                    Errno.values()[(int) -pfn],
                    Blame.RESOURCES,
                    "page 0x" + Long.toHexString(address) + " of space " + space.name()
                            + " found no free page to be filled; "
                            + rooms.swap.lack("unmap some, allow more nodes"));
        }
        frames.owner(pfn, vma.object().id(), vma.index(address));
        frames.addMapping(pfn, 1);
        frames.history(pfn, placement.made(rooms.regimes.current(), Cause.FIRST_TOUCH, begun));
        return pfn;
    }

    private long allocate(Agent agent, Vma vma, long address) {
        AllocRequest request = placement.request(agent, vma, address, Reason.CPU_FAULT, Intent.WRITE, node);
        return placement.allocate(agent, request);
    }

    private long entry(Vma vma, long pfn) {
        boolean hide = vma.protection() == Protection.NONE;
        long write = vma.protection() == Protection.READ_WRITE ? Pte.WRITE : 0;
        if (rooms.types.cpuAddressable(frames.type(pfn))) {
            return Pte.of(hide ? Pte.HINT : Pte.PRESENT, pfn, write);
        }
        return Pte.of(Pte.DEVICE_PRIVATE, pfn, write | (hide ? Pte.HINTED : 0));
    }

    /** {@return the living mapping of a page that names the registration} */
    private Vma mapping(long address) {
        Vma vma = space.vmas().find(address);
        if (vma == null || vma.userfault() != registration) {
            throw MoraineException.caller(
                    Errno.ENOENT,
                    "page 0x" + Long.toHexString(address) + " of space " + space.name()
                            + " is not registered any more; it was unmapped, moved or unregistered");
        }
        return vma;
    }

    /** The space's lock is held shared, so that the mapping stays. */
    private void install(long address, long entry) {
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = space.table().leafForInstall(middle, address);
            if (leaf == null || MiddleTable.get(leaf, PageTable.index(address)) != Pte.NONE) {
                throw MoraineException.caller(
                        Errno.EEXIST,
                        "page 0x" + Long.toHexString(address) + " of space " + space.name()
                                + " is there already; only missing pages are filled");
            }
            MiddleTable.set(leaf, PageTable.index(address), entry);
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }
}

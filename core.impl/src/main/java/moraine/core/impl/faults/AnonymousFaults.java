package moraine.core.impl.faults;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.host.Regime;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * First touches of private anonymous memory: the zero page for a read, a cleared page for a write.
 *
 * <p>The page is made ready before the region is locked. Under the lock the mapping is asked once more whether it
 * lives: a mapping dies before its entries are cleared, so either the unmapper finds the entry or the fault sees the
 * death.
 */
final class AnonymousFaults {
    private final Rooms rooms;
    private final Placement placement;
    private final LargeTouch large;

    AnonymousFaults(Rooms rooms, Placement placement) {
        this.rooms = rooms;
        this.placement = placement;
        this.large = new LargeTouch(rooms, placement);
    }

    Errno touch(Agent agent, Vma vma, long address, Intent intent, int initiator) {
        long begun = rooms.nowNs();
        Regime regime = rooms.regimes.current();
        if (vma.wantsLarge(regime.largePages()) && large.fits(vma, address)) {
            if (!intent.writes() && !vma.largeOnly()) {
                large.zeroPage(vma, address);
                return Errno.OK;
            }
            if (large.page(agent, vma, address, initiator, regime)) {
                return Errno.OK;
            }
        }
        if (vma.largeOnly()) {
            return vma.space().table().vacantRegion(address) && !vma.dead() ? Errno.ENOMEM : Errno.OK;
        }
        if (!intent.writes()) {
            return zeroPage(vma, address);
        }
        Reason reason = reason(initiator);
        AllocRequest request = placement.request(agent, vma, address, reason, Intent.WRITE, initiator);
        placement.prefer(request, vma, address);
        long pfn = placement.allocate(agent, request);
        if (pfn < 0) {
            return Errno.values()[(int) -pfn];
        }
        rooms.frames.zero(pfn, 1);
        rooms.charge(Cost.ZERO, initiator, initiator, rooms.frames.node(pfn), Pages.SIZE);
        rooms.points.reach(Point.FAULT_PAGE_READY);
        boolean held = placement.hold(pfn);
        prepare(vma, address, pfn, regime, begun);
        long entry = entryFor(vma, pfn, 0);
        rooms.points.reach(Point.FAULT_ENTRY_READY);
        boolean installed = install(agent, vma, address, entry);
        placement.unhold(pfn, held);
        if (!installed) {
            agent.count(Stat.CAS_LOST);
            discard(agent, pfn);
        }
        return Errno.OK;
    }

    private Reason reason(int initiator) {
        return rooms.topology.kind(initiator) == NodeKind.DEVICE ? Reason.DEVICE_FAULT : Reason.CPU_FAULT;
    }

    private void prepare(Vma vma, long address, long pfn, Regime regime, long begun) {
        rooms.frames.owner(pfn, vma.object().id(), vma.index(Pages.floor(address)));
        rooms.frames.addMapping(pfn, 1);
        rooms.frames.history(pfn, placement.made(regime, Cause.FIRST_TOUCH, begun));
    }

    private long entryFor(Vma vma, long pfn, long bits) {
        boolean addressable = rooms.types.cpuAddressable(rooms.frames.type(pfn));
        return Pte.of(
                addressable ? Pte.PRESENT : Pte.DEVICE_PRIVATE,
                pfn,
                vma.protection().allows(Intent.WRITE) ? bits | Pte.WRITE : bits);
    }

    /** Gives up a page that nobody saw; somebody with an old number may hold it for a moment and then frees it. */
    private void discard(Agent agent, long pfn) {
        rooms.frames.dropMapping(pfn, 1);
        agent.put(pfn);
    }

    private Errno zeroPage(Vma vma, long address) {
        SpaceImpl space = vma.space();
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = vma.dead() ? null : space.table().leafForInstall(middle, address);
            if (leaf != null && MiddleTable.get(leaf, PageTable.index(address)) == Pte.NONE) {
                MiddleTable.set(leaf, PageTable.index(address), Pte.of(Pte.ZERO, 0, 0));
            }
            return Errno.OK;
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }

    /** Installs unless the mapping died or somebody was faster. */
    private boolean install(Agent agent, Vma vma, long address, long entry) {
        if (Pte.kind(vma.space().table().get(address)) != Pte.ZERO) {
            return put(agent, vma, address, entry, Pte.NONE);
        }
        Notifiers notifiers = vma.space().notifiers();
        notifiers.start(Notifiers.Event.CLEAR, Pages.floor(address), Pages.floor(address) + Pages.SIZE);
        try {
            return put(agent, vma, address, entry, Pte.ZERO);
        } finally {
            notifiers.end();
        }
    }

    private boolean put(Agent agent, Vma vma, long address, long entry, int expectedKind) {
        SpaceImpl space = vma.space();
        MiddleTable middle = space.table().lock(address);
        try {
            if (vma.dead()) {
                return false;
            }
            rooms.points.reach(Point.FAULT_INSTALLING);
            long[] leaf = space.table().leafForInstall(middle, address);
            int index = PageTable.index(address);
            if (leaf == null || Pte.kind(MiddleTable.get(leaf, index)) != expectedKind) {
                return false;
            }
            if (expectedKind == Pte.ZERO) {
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

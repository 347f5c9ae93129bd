package moraine.core.impl.faults;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.host.Regime;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * First touches that are served with 2 MiB at once: of the zero page for a read, of cleared memory for a write. Only
 * where nothing is mapped in the whole region; what was touched in small pages stays so.
 */
final class LargeTouch {
    private final Rooms rooms;
    private final Frames frames;
    private final Placement placement;

    LargeTouch(Rooms rooms, Placement placement) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.placement = placement;
    }

    /** {@return whether a leaf fits there: the mapping covers the region and no page is mapped in it} */
    boolean fits(Vma vma, long address) {
        long base = address & -Pages.LARGE_SIZE;
        return vma.covers(base, base + Pages.LARGE_SIZE) && vma.space().table().vacantRegion(address);
    }

    /** Shows the zero page in the whole region, unless somebody was faster. */
    void zeroPage(Vma vma, long address) {
        MiddleTable middle = vma.space().table().lock(address);
        int region = PageTable.region(address);
        if (!vma.dead() && middle.entry(region) == Pte.NONE) {
            middle.entry(region, Pte.of(Pte.ZERO, 0, Pte.LARGE));
        }
        middle.unlock(region);
    }

    /** Maps a cleared 2 MiB page. @return whether something is mapped now; false where there is no such page */
    boolean page(Agent agent, Vma vma, long address, int initiator, Regime regime) {
        long begun = rooms.nowNs();
        long base = address & -Pages.LARGE_SIZE;
        boolean device = rooms.topology.kind(initiator) == NodeKind.DEVICE && !vma.largeOnly();
        Reason reason = vma.largeOnly() ? Reason.LARGE_ONLY : device ? Reason.DEVICE_FAULT : Reason.CPU_FAULT;
        int near = vma.largeOnly() ? cpu(initiator) : initiator;
        AllocRequest request = placement.request(agent, vma, base, Pages.LARGE_ORDER, reason, Intent.WRITE, near);
        placement.prefer(request, vma, base);
        long head = rooms.allocator.allocate(agent.worker(), request, Pages.LARGE_ORDER);
        if (head < 0) {
            return false;
        }
        frames.zero(head, Pages.PER_LARGE);
        rooms.charge(Cost.ZERO, initiator, initiator, frames.node(head), Pages.LARGE_SIZE);
        boolean held = placement.hold(head);
        frames.owner(head, vma.object().id(), vma.index(base));
        frames.addMapping(head, 1);
        frames.history(head, placement.made(regime, Cause.FIRST_TOUCH, begun));
        boolean installed = install(agent, vma, base, entryFor(vma, head));
        placement.unhold(head, held);
        if (!installed) {
            frames.dropMapping(head, 1);
            agent.put(head);
        }
        return installed;
    }

    private int cpu(int initiator) {
        return rooms.topology.kind(initiator) == NodeKind.DEVICE ? rooms.home(initiator) : initiator;
    }

    private long entryFor(Vma vma, long head) {
        boolean addressable = rooms.types.cpuAddressable(frames.type(head));
        long write = vma.protection().allows(Intent.WRITE) ? Pte.WRITE : 0;
        return Pte.of(addressable ? Pte.PRESENT : Pte.DEVICE_PRIVATE, head, Pte.LARGE | write);
    }

    private boolean install(Agent agent, Vma vma, long base, long entry) {
        SpaceImpl space = vma.space();
        if (Pte.kind(space.table().get(base)) != Pte.ZERO) {
            return put(agent, vma, base, entry, false);
        }
        Notifiers notifiers = space.notifiers();
        notifiers.start(Notifiers.Event.CLEAR, base, base + Pages.LARGE_SIZE);
        try {
            return put(agent, vma, base, entry, true);
        } finally {
            notifiers.end();
        }
    }

    private boolean put(Agent agent, Vma vma, long base, long entry, boolean announced) {
        SpaceImpl space = vma.space();
        MiddleTable middle = space.table().lock(base);
        int region = PageTable.region(base);
        try {
            long old = middle.entry(region);
            if (vma.dead() || !PageTable.vacant(old) || !announced && old != Pte.NONE) {
                return false;
            }
            rooms.points.reach(Point.FAULT_INSTALLING);
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
}

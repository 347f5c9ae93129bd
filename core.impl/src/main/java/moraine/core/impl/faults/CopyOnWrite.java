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
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.FolioSplit;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Writes to present pages whose entry does not allow them.
 *
 * <p>A page that only this entry maps, and nobody else refers to, is made writable: with the space's lock held shared
 * no fork can add a mapping, and one that is merged after it was looked at has got another entry. Otherwise, and always
 * where it is merged, the page is copied. It cannot change meanwhile, for nobody maps it writable, and it cannot move,
 * for the copier's reference fails the freeze. The old entry is taken away and its users awaited before the new one is
 * seen.
 */
final class CopyOnWrite {
    private final Rooms rooms;
    private final Placement placement;
    private final Frames frames;
    private final FolioSplit split;
    private final FileFaults files;
    private final LargeCopy large;
    private final DuplicateCollapse collapse;

    CopyOnWrite(Rooms rooms, Placement placement, FileFaults files) {
        this.files = files;
        this.rooms = rooms;
        this.placement = placement;
        this.frames = rooms.frames;
        this.split = new FolioSplit(rooms);
        this.large = new LargeCopy(rooms, placement);
        this.collapse = new DuplicateCollapse(rooms);
    }

    Errno write(Agent agent, Vma vma, long address, long entry, int initiator) {
        SpaceImpl space = vma.space();
        if (vma.shared() && vma.object() instanceof CachedObject object) {
            files.allowWrites(agent, vma, object, address, entry);
            return Errno.OK;
        }
        long pfn = Pte.pfn(entry);
        long head = frames.head(pfn);
        boolean merged = rooms.merging.merged(head);
        // Asked once: another mapping may go at any time, and a marked entry becomes writable by announcement only.
        boolean sole = frames.mappings(head) == 1;
        if ((entry & Pte.DUPLICATED) != 0 && !merged && !vma.shared() && sole) {
            collapse.write(agent, vma, address, head);
            return Errno.OK;
        }
        if (vma.shared() || !merged && sole && (frames.refs(head) == 1 || pinned(vma, head))) {
            rooms.points.reach(Point.WRITE_ALONE);
            frames.clearFlag(head, Frames.LAZY);
            if (!space.table().replace(address, entry, entry | allowed(vma))) {
                agent.count(Stat.CAS_LOST);
            }
            return Errno.OK;
        }
        if (Pte.large(entry) && vma.largeOnly()) {
            return large.write(agent, vma, address & -Pages.LARGE_SIZE, head, initiator);
        }
        if (Pte.large(entry)) {
            if (!split.split(agent, head)) {
                rooms.actors.pause(1);
            }
            return Errno.OK;
        }
        if (!frames.getUnlessZero(pfn)) {
            return Errno.OK;
        }
        long now = space.table().get(address);
        Errno outcome = Pte.pfn(now) == pfn && Pte.kind(now) == Pte.PRESENT && !Pte.writable(now)
                ? copy(agent, vma, address, pfn, initiator)
                : Errno.OK;
        agent.put(pfn);
        return outcome;
    }

    /**
     * Makes the entry of a page in a device's own memory writable for the device, if nobody else has the page.
     *
     * @return whether there is nothing else to do about it
     */
    boolean upgrade(Agent agent, Vma vma, long address, long entry) {
        long head = frames.head(Pte.pfn(entry));
        if (Pte.writable(entry) || vma.shared() || frames.mappings(head) != 1 || frames.refs(head) != 1) {
            return false;
        }
        frames.clearFlag(head, Frames.LAZY);
        if (!vma.space().table().replace(address, entry, entry | allowed(vma))) {
            agent.count(Stat.CAS_LOST);
        }
        return true;
    }

    /**
     * {@return whether the page is pinned, so that nobody but this space maps it, and a copy would leave the pin
     * behind}; one of a file or buffer is not the mapping's own, whoever pinned it
     */
    private boolean pinned(Vma vma, long head) {
        return frames.flag(head, Frames.PINNED) && !vma.shows(frames.object(head));
    }

    /** {@return WRITE unless the page is only to be the mapping's own} */
    static long allowed(Vma vma) {
        return vma.protection().allows(Intent.WRITE) ? Pte.WRITE : 0;
    }

    private Errno copy(Agent agent, Vma vma, long address, long old, int initiator) {
        long begun = rooms.nowNs();
        int from = rooms.topology.kind(initiator) == NodeKind.DEVICE ? frames.node(old) : initiator;
        AllocRequest request = placement.request(agent, vma, address, Reason.COPY_ON_WRITE, Intent.WRITE, from);
        placement.prefer(request, vma, address);
        long pfn = placement.allocate(agent, request);
        if (pfn < 0) {
            return Errno.values()[(int) -pfn];
        }
        frames.copy(old, pfn, 1);
        rooms.charge(Cost.COPY, initiator, frames.node(old), frames.node(pfn), Pages.SIZE);
        frames.owner(pfn, vma.object().id(), vma.index(Pages.floor(address)));
        frames.addMapping(pfn, 1);
        frames.history(pfn, placement.made(rooms.regimes.current(), Cause.COPY_ON_WRITE, begun));
        rooms.points.reach(Point.COPY_READY);
        boolean held = placement.hold(pfn);
        boolean exchanged = exchange(agent, vma, address, old, pfn);
        placement.unhold(pfn, held);
        if (exchanged) {
            agent.count(Stat.COW_COPIES);
            agent.count(Stat.COW_KSM, rooms.merging.merged(old) ? 1 : 0);
            frames.dropMapping(old, 1);
            frames.put(old);
        } else {
            agent.count(Stat.CAS_LOST);
            frames.dropMapping(pfn, 1);
            agent.put(pfn);
        }
        return Errno.OK;
    }

    private boolean exchange(Agent agent, Vma vma, long address, long old, long pfn) {
        SpaceImpl space = vma.space();
        long page = Pages.floor(address);
        space.notifiers().start(Notifiers.Event.CLEAR, page, page + Pages.SIZE);
        MiddleTable middle = space.table().lock(page);
        try {
            long[] leaf = vma.dead() ? null : middle.leaf(PageTable.region(page));
            int index = PageTable.index(page);
            if (leaf == null) {
                return false;
            }
            long entry;
            do {
                entry = MiddleTable.get(leaf, index);
                if (Pte.kind(entry) != Pte.PRESENT || Pte.pfn(entry) != old || Pte.writable(entry)) {
                    return false;
                }
            } while (!MiddleTable.replace(leaf, index, entry, Pte.NONE));
            space.shootDown(agent);
            int kind = rooms.types.cpuAddressable(frames.type(pfn)) ? Pte.PRESENT : Pte.DEVICE_PRIVATE;
            MiddleTable.set(leaf, index, Pte.of(kind, pfn, Pte.bits(entry) & ~Pte.DUPLICATED | allowed(vma)));
            return true;
        } finally {
            middle.unlock(PageTable.region(page));
            space.notifiers().end();
        }
    }
}

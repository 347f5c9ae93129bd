package moraine.core.impl.faults;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/** Copies a shared 2 MiB page for a write where it may not be split; else as {@link CopyOnWrite} does. */
final class LargeCopy {
    private final Rooms rooms;
    private final Frames frames;
    private final Placement placement;

    LargeCopy(Rooms rooms, Placement placement) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.placement = placement;
    }

    /** Gives the mapping a copy of its own of the folio that is mapped read-only; the space's lock is held shared. */
    Errno write(Agent agent, Vma vma, long base, long old, int initiator) {
        if (!frames.getUnlessZero(old)) {
            return Errno.OK;
        }
        Errno outcome = Errno.OK;
        if (copiable(vma.space().table().get(base), old)) {
            outcome = copy(agent, vma, base, old, initiator);
        }
        agent.put(old);
        return outcome;
    }

    private static boolean copiable(long entry, long old) {
        return Pte.large(entry) && Pte.kind(entry) == Pte.PRESENT && Pte.pfn(entry) == old && !Pte.writable(entry);
    }

    private Errno copy(Agent agent, Vma vma, long base, long old, int initiator) {
        long begun = rooms.nowNs();
        int from = rooms.topology.kind(initiator) == NodeKind.DEVICE ? rooms.home(initiator) : initiator;
        AllocRequest request =
                placement.request(agent, vma, base, Pages.LARGE_ORDER, Reason.COPY_ON_WRITE, Intent.WRITE, from);
        long head = rooms.allocator.allocate(agent.worker(), request, Pages.LARGE_ORDER);
        if (head < 0) {
            return Errno.values()[(int) -head];
        }
        frames.copy(old, head, Pages.PER_LARGE);
        rooms.charge(Cost.COPY, initiator, frames.node(old), frames.node(head), Pages.LARGE_SIZE);
        frames.owner(head, vma.object().id(), vma.index(base));
        frames.addMapping(head, 1);
        frames.history(head, placement.made(rooms.regimes.current(), Cause.COPY_ON_WRITE, begun));
        boolean held = placement.hold(head);
        boolean exchanged = exchange(agent, vma, base, old, head);
        placement.unhold(head, held);
        long gone = exchanged ? old : head;
        agent.count(exchanged ? Stat.COW_COPIES : Stat.CAS_LOST, exchanged ? Pages.PER_LARGE : 1);
        frames.dropMapping(gone, 1);
        agent.put(gone);
        return Errno.OK;
    }

    private boolean exchange(Agent agent, Vma vma, long base, long old, long head) {
        SpaceImpl space = vma.space();
        space.notifiers().start(Notifiers.Event.CLEAR, base, base + Pages.LARGE_SIZE);
        MiddleTable middle = space.table().lock(base);
        int region = PageTable.region(base);
        try {
            long entry;
            do {
                entry = middle.entry(region);
                if (vma.dead() || !copiable(entry, old)) {
                    return false;
                }
            } while (!middle.replace(region, entry, Pte.NONE));
            space.shootDown(agent);
            int kind = rooms.types.cpuAddressable(frames.type(head)) ? Pte.PRESENT : Pte.DEVICE_PRIVATE;
            middle.entry(region, Pte.of(kind, head, Pte.bits(entry) | CopyOnWrite.allowed(vma)));
            return true;
        } finally {
            middle.unlock(region);
            space.notifiers().end();
        }
    }
}

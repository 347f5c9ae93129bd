package moraine.core.impl.faults;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Makes a page that devices may have duplicates of one copy again, and writable: with the frame locked, every device
 * gives up its translation, and its duplicate with it, before the entry changes. While somebody duplicates the page the
 * frame is locked, and the fault comes again. A page that was merged meanwhile keeps its mark: it is copied.
 */
final class DuplicateCollapse {
    private final Rooms rooms;
    private final Frames frames;

    DuplicateCollapse(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
    }

    /** Tries once; the space's lock is held shared, and the entry is to be looked at again afterwards. */
    void write(Agent agent, Vma vma, long address, long head) {
        if (!frames.hold(head)) {
            agent.count(Stat.CPU_WAITS);
            rooms.actors.pause(1);
            return;
        }
        SpaceImpl space = vma.space();
        boolean large = Pte.large(space.table().get(address));
        long from = large ? address & -Pages.LARGE_SIZE : Pages.floor(address);
        if (isMarked(space.table().get(address), head)) {
            space.notifiers().start(Notifiers.Event.CLEAR, from, from + (large ? Pages.LARGE_SIZE : Pages.SIZE));
            try {
                change(agent, vma, address, head);
            } finally {
                space.notifiers().end();
            }
        }
        agent.letGo(head);
    }

    /** A page that others refer to loses the mark only: the write that comes again copies it. */
    private void change(Agent agent, Vma vma, long address, long head) {
        PageTable table = vma.space().table();
        for (long entry = table.get(address); isMarked(entry, head); entry = table.get(address)) {
            boolean sole = frames.mappings(head) == 1 && (frames.refs(head) == 2 || frames.flag(head, Frames.PINNED));
            long write = sole && vma.protection().allows(Intent.WRITE) ? Pte.WRITE : 0;
            if (sole) {
                frames.clearFlag(head, Frames.LAZY);
            }
            if (table.replace(address, entry, entry & ~Pte.DUPLICATED | write)) {
                rooms.duplicates.collapsed();
                return;
            }
            agent.count(Stat.CAS_LOST);
        }
    }

    private boolean isMarked(long entry, long head) {
        return Pte.kind(entry) == Pte.PRESENT
                && frames.head(Pte.pfn(entry)) == head
                && (entry & Pte.DUPLICATED) != 0
                && !Pte.writable(entry)
                && !rooms.merging.merged(head);
    }
}

package moraine.core.impl.mirror;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Gives a device copies, for reading, of pages that stay where they are.
 *
 * <p>Protocol. With the space's lock held shared and the page's frame locked, the CPU's entry loses WRITE, announced to
 * all devices, and gets DUPLICATED in one step; CPU contexts are shot down. From then on the content stands still:
 * whoever wants to make the entry writable finds the mark and needs the frame's lock, and who read the entry before
 * fails to change it. The page is copied. Under the device's lock it is proven that no invalidation runs that has
 * passed this table by and that the entry is as it was left; then the copy is installed. See LOCKING.md, section 9.
 *
 * <p>Confined to the device's host actor.
 */
public final class Duplicator {
    private final Rooms rooms;
    private final Frames frames;
    private final long[] originals;
    private final long[] copies;

    public Duplicator(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.originals = new long[rooms.tuning.duplicateBatchPages];
        this.copies = new long[rooms.tuning.duplicateBatchPages];
    }

    /** {@return pages that are duplicated at a time at most} */
    public int most() {
        return originals.length;
    }

    /**
     * Duplicates what can be duplicated of a range. The agent is in the world and holds no guard.
     *
     * @param pages at most {@link #most}
     * @return pages of which the device has a duplicate now that had none before
     */
    public int run(Agent agent, DeviceTable table, long start, int pages) {
        SpaceImpl space = table.space();
        long begun = rooms.nowNs();
        int made = 0;
        long stamp = space.lockShared();
        try {
            if (!space.closed() && hold(agent, table, start, pages) > 0) {
                protect(agent, space, start, pages);
                copy(agent, table, pages, begun);
                rooms.points.reach(Point.DUPLICATE_COPIED);
                made = install(table, start, pages);
                release(agent, pages);
            }
        } finally {
            space.unlockShared(stamp);
        }
        return made;
    }

    /** Takes references, locks and free pages. @return pages that have all three */
    private int hold(Agent agent, DeviceTable table, long start, int pages) {
        int held = 0;
        for (int i = 0; i < pages; i++) {
            long address = start + ((long) i << Pages.SHIFT);
            originals[i] = hold(agent, table, address);
            copies[i] = originals[i] < 0 ? -1 : allocate(agent, table);
            if (copies[i] >= 0) {
                held++;
            } else if (originals[i] >= 0) {
                agent.letGo(originals[i]);
                originals[i] = -1;
            }
        }
        return held;
    }

    private long hold(Agent agent, DeviceTable table, long address) {
        PageTable cpu = table.space().table();
        Vma vma = table.space().vmas().find(address);
        long entry = cpu.get(address);
        long pfn = Pte.pfn(entry);
        if (vma == null
                || !vma.plain()
                || !eligible(entry)
                || frames.node(pfn) == table.node()
                || (table.table().get(address) & Pte.DUPLICATE) != 0
                || !frames.hold(pfn)) {
            return -1;
        }
        long now = cpu.get(address);
        if (eligible(now) && Pte.pfn(now) == pfn && !frames.flag(pfn, Frames.PINNED)) {
            return pfn;
        }
        agent.letGo(pfn);
        return -1;
    }

    private static boolean eligible(long entry) {
        return Pte.reachable(entry) && !Pte.large(entry);
    }

    private long allocate(Agent agent, DeviceTable table) {
        AllocRequest request = agent.worker().request;
        request.reset(
                Reason.DEVICE_FAULT, Intent.READ, table.node(), table.space().tenant());
        request.namedNode = table.node();
        request.explicitMask = 1L << table.node();
        request.maySpill = false;
        return rooms.allocator.allocate(agent.worker(), request, 0);
    }

    /** Takes permission to write from the entries, and marks them. */
    private void protect(Agent agent, SpaceImpl space, long start, int pages) {
        PageTable table = space.table();
        int first = -1;
        int last = -1;
        for (int i = 0; i < pages; i++) {
            if (originals[i] >= 0 && Pte.writable(table.get(start + ((long) i << Pages.SHIFT)))) {
                first = first < 0 ? i : first;
                last = i;
            }
        }
        if (first >= 0) {
            long from = start + ((long) first << Pages.SHIFT);
            space.notifiers().start(Notifiers.Event.PROTECTION, from, start + ((last + 1L) << Pages.SHIFT));
        }
        for (int i = 0; i < pages; i++) {
            if (originals[i] >= 0 && !mark(agent, table, start, i, i >= first && i <= last)) {
                agent.letGo(originals[i]);
                originals[i] = -1;
            }
        }
        if (first >= 0) {
            space.shootDown(agent);
            space.notifiers().end();
        }
    }

    /** @return false when the entry is not the page's any more, or became writable unannounced */
    private boolean mark(Agent agent, PageTable table, long start, int index, boolean announced) {
        long address = start + ((long) index << Pages.SHIFT);
        for (long entry = table.get(address);
                eligible(entry) && Pte.pfn(entry) == originals[index] && (announced || !Pte.writable(entry));
                entry = table.get(address)) {
            if (table.replace(address, entry, entry & ~Pte.WRITE | Pte.DUPLICATED)) {
                return true;
            }
            agent.count(Stat.CAS_LOST);
        }
        return false;
    }

    private void copy(Agent agent, DeviceTable table, int pages, long begun) {
        int mover = rooms.regimes.current().mover();
        for (int i = 0; i < pages; i++) {
            long from = originals[i];
            if (from < 0) {
                continue;
            }
            frames.copy(from, copies[i], 1);
            rooms.charge(Cost.COPY, agent.initiator(), frames.node(from), table.node(), Pages.SIZE);
            long now = rooms.nowNs();
            frames.owner(copies[i], frames.object(from), frames.index(from));
            frames.history(copies[i], History.pack(now, mover, Cause.COHERENCE, frames.node(from), now - begun));
        }
    }

    private int install(DeviceTable table, long start, int pages) {
        int made = 0;
        table.lock();
        try {
            if (table.closed() != null || table.space().notifiers().invalidating(table)) {
                return 0;
            }
            for (int i = 0; i < pages; i++) {
                long address = start + ((long) i << Pages.SHIFT);
                if (originals[i] >= 0
                        && stillMarked(table.space().table().get(address), originals[i])
                        && table.duplicate(address, copies[i])) {
                    copies[i] = -1;
                    made++;
                    rooms.duplicates.made();
                }
            }
        } finally {
            table.unlock();
        }
        return made;
    }

    private static boolean stillMarked(long entry, long pfn) {
        return eligible(entry) && Pte.pfn(entry) == pfn && !Pte.writable(entry) && (entry & Pte.DUPLICATED) != 0;
    }

    private void release(Agent agent, int pages) {
        for (int i = 0; i < pages; i++) {
            if (originals[i] >= 0) {
                agent.letGo(originals[i]);
            }
            if (copies[i] >= 0) {
                agent.put(copies[i]);
            }
        }
    }
}

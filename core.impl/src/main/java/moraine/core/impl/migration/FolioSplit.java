package moraine.core.impl.migration;

import java.util.List;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Splits a 2 MiB folio into base pages, in every space that maps it at once: a folio is mapped by 2 MiB leaves
 * everywhere or not at all. Its leaves become MIGRATING, the record is split while frozen, then each leaf becomes a
 * table.
 */
public final class FolioSplit {
    private final Rooms rooms;
    private final Frames frames;
    private final ReverseMap reverse;

    public FolioSplit(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.reverse = new ReverseMap(rooms);
    }

    /**
     * Splits a folio; the caller holds neither its lock nor a lock of the order after it.
     *
     * @return whether it is no 2 MiB folio any more; false when somebody else holds it
     */
    public boolean split(Agent agent, long head) {
        if (!frames.getUnlessZero(head)) {
            return true;
        }
        if (!frames.tryLock(head)) {
            agent.put(head);
            return false;
        }
        boolean small = frames.order(head) == 0;
        if (!small && !frames.flag(head, Frames.PINNED) && splitHeld(agent, head)) {
            frames.unlock(head);
            for (int i = 0; i < Pages.PER_LARGE; i++) {
                agent.put(head + i);
            }
            return true;
        }
        frames.unlock(head);
        agent.put(head);
        return small;
    }

    /**
     * Splits a folio of which the caller has the lock and a reference.
     *
     * @return whether it was; then the caller has a reference on each page and the first page's lock, else what it had
     */
    public boolean splitHeld(Agent agent, long head) {
        if (indivisible(head)) {
            return false;
        }
        rooms.points.reach(Point.FOLIO_SPLIT);
        Announcements announcements = new Announcements();
        reverse.unmap(agent, head, Pages.LARGE_SIZE, announcements);
        announcements.shootDown(agent);
        boolean alone = frames.mappings(head) == 0 && frames.freeze(head, 1);
        if (!alone) {
            reverse.remap(agent, head, head);
            announcements.end();
            return false;
        }
        long index = frames.index(head);
        MemoryObject object = rooms.objects.get(frames.object(head));
        frames.splitFolio(head);
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            frames.reset(head + i, 1, 0);
        }
        if (object != null) {
            replaceLeaves(object, head, index);
        }
        announcements.end();
        agent.count(Stat.SPLIT_FOLIOS);
        return true;
    }

    /** {@return whether the folio belongs to a mapping of 2 MiB pages only} */
    private boolean indivisible(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object == null) {
            return false;
        }
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            return !mappings.isEmpty() && mappings.getFirst().largeOnly();
        } finally {
            object.unlock();
        }
    }

    private void replaceLeaves(MemoryObject object, long head, long index) {
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            for (int i = 0; i < mappings.size(); i++) {
                long address = mappings.get(i).address(object, index);
                if (address >= 0 && (address & Pages.LARGE_SIZE - 1) == 0) {
                    replaceLeaf(mappings.get(i).space().table(), address, head);
                }
            }
        } finally {
            object.unlock();
        }
    }

    private void replaceLeaf(PageTable table, long address, long head) {
        MiddleTable middle = table.lock(address);
        int region = PageTable.region(address);
        try {
            long entry = middle.entry(region);
            if (Pte.kind(entry) != Pte.MIGRATING || !Pte.large(entry) || Pte.pfn(entry) != head) {
                return;
            }
            middle.hang(region, leaf(entry, head));
        } finally {
            middle.unlock(region);
        }
    }

    private long[] leaf(long entry, long head) {
        boolean addressable = rooms.types.cpuAddressable(frames.type(head));
        long small = (addressable ? Pte.present(entry) : Pte.absent(entry, Pte.DEVICE_PRIVATE)) & ~Pte.LARGE;
        long[] leaf = new long[Pages.PER_LARGE];
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            frames.addMapping(head + i, 1);
            frames.get(head + i);
            leaf[i] = Pte.withPfn(small, head + i);
        }
        return leaf;
    }
}

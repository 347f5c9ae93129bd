package moraine.core.impl.cache;

import java.nio.ByteBuffer;
import java.util.List;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
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
 * Copies runs of dirty pages for writing back, and makes them clean.
 *
 * <p>A run's frames are locked, so that nobody moves them. Under the object's lock the dirty marks go and with them
 * every permission to write: the next store faults and marks the page again. So what is stored after the copy was taken
 * makes the page dirty, and what was stored before is in the copy. In the same step the pages are marked as being
 * written.
 */
final class CopyOut {
    private final Rooms rooms;
    private final Frames frames;
    private final Content content;
    private final CachePages pages;

    CopyOut(Rooms rooms, Content content, CachePages pages) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.content = content;
        this.pages = pages;
    }

    /**
     * Pages of which a copy was taken.
     *
     * @param end of the file when they were clean, beyond which nothing of the copy is the file's
     */
    record Taken(int count, long end) {
        static final Taken NONE = new Taken(0, 0);
    }

    /**
     * Takes a copy of a run of dirty pages and makes them clean.
     *
     * @param direct whether storage reaches them where they are; the run ends before others
     * @return none when somebody holds the first, or it has moved
     */
    Taken clean(FileObject file, long first, ByteBuffer staging, int most, boolean direct) {
        Agent agent = rooms.begin();
        long[] held = agent.scratch();
        int count = 0;
        long end = 0;
        try {
            while (count < most && hold(agent, file, first + count, held, count, direct)) {
                count++;
            }
            if (count > 0) {
                end = protect(agent, file, first, held, count);
                rooms.points.reach(Point.WRITEBACK_PROTECTED);
            }
            for (int i = 0; i < count; i++) {
                take(held[i], staging, i, direct);
            }
            agent.count(Stat.FILE_WRITTEN_PAGES, count);
            agent.count(Stat.FILE_BOUNCED_PAGES, direct ? 0 : count);
        } finally {
            for (int i = 0; i < count; i++) {
                frames.unlock(held[i]);
                agent.put(held[i]);
            }
            rooms.done(agent);
        }
        if (count > 0) {
            rooms.points.reach(Point.WRITEBACK_COPIED);
        }
        return new Taken(count, end);
    }

    private void take(long pfn, ByteBuffer staging, int slot, boolean direct) {
        content.take(pfn, staging, slot);
        if (!direct) {
            int node = frames.node(pfn);
            int home = rooms.home(node);
            rooms.charge(Cost.COPY, home, node, home, Pages.SIZE);
        }
    }

    /** Takes reference and lock of a dirty page. Truncation is kept out, so that it stays the file's. */
    private boolean hold(Agent agent, FileObject file, long index, long[] held, int slot, boolean direct) {
        long pfn = dirtyPage(file, index) ? pages.find(file, index) : -1;
        if (pfn < 0) {
            return false;
        }
        if (!frames.tryLock(pfn)) {
            agent.put(pfn);
            return false;
        }
        file.lock(rooms.actors);
        boolean same = file.page(index) == pfn;
        file.unlock();
        if (!same || pages.direct(pfn) != direct) {
            frames.unlock(pfn);
            agent.put(pfn);
            return false;
        }
        held[slot] = pfn;
        return true;
    }

    private boolean dirtyPage(FileObject file, long index) {
        file.lock(rooms.actors);
        try {
            return file.dirty(index);
        } finally {
            file.unlock();
        }
    }

    /**
     * Makes pages clean. @return the file's end: with the pages held, none of their bytes behind it comes to lie before
     * it until they are copied
     */
    private long protect(Agent agent, FileObject file, long first, long[] held, int count) {
        file.lock(rooms.actors);
        try {
            List<Vma> mappings = file.mappings();
            for (int i = 0; i < mappings.size(); i++) {
                Vma vma = mappings.get(i);
                if (vma.shared()) {
                    protect(agent, vma, first, held, count);
                }
            }
            for (int i = 0; i < count; i++) {
                file.writeback(first + i, /* now= */ true);
                file.dirty(first + i, /* now= */ false);
            }
            return file.bytes();
        } finally {
            file.unlock();
        }
    }

    private void protect(Agent agent, Vma vma, long first, long[] held, int count) {
        long start = vma.start() + (first - vma.sourceIndex(vma.start()) << Pages.SHIFT);
        long from = Math.max(start, vma.start());
        long to = Math.min(start + ((long) count << Pages.SHIFT), vma.end());
        if (from >= to) {
            return;
        }
        SpaceImpl space = vma.space();
        space.notifiers().start(Notifiers.Event.PROTECTION, from, to);
        try {
            for (long at = from; at < to; at += Pages.SIZE) {
                protect(space.table(), at, held[(int) (at - start >>> Pages.SHIFT)]);
            }
            space.shootDown(agent);
        } finally {
            space.notifiers().end();
        }
    }

    private static void protect(PageTable table, long address, long pfn) {
        long entry = table.get(address);
        while (Pte.writable(entry) && Pte.pfn(entry) == pfn && !table.replace(address, entry, entry & ~Pte.WRITE)) {
            entry = table.get(address);
        }
    }
}

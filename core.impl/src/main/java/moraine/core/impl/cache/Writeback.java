package moraine.core.impl.cache;

import java.nio.ByteBuffer;
import java.util.List;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
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
 * Writes dirty pages to their file, runs of neighbours at once.
 *
 * <p>A run's frames are locked, so that nobody moves them. Under the object's lock the dirty marks go and with them
 * every permission to write: the next store faults and marks the page again. So what is stored after the copy was taken
 * makes the page dirty, and what was stored before is in the copy. A run that the system refuses becomes dirty again.
 */
final class Writeback {
    private final Rooms rooms;
    private final Frames frames;
    private final FileHost host;
    private final Content content;
    private final CachePages pages;
    /** Pages written at once at most. */
    private final int run;

    Writeback(Rooms rooms, FileHost host, CachePages pages) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.host = host;
        this.content = new Content(rooms);
        this.pages = pages;
        this.run = rooms.tuning.cacheWritebackPages;
    }

    /**
     * Writes what is dirty now and waits for the device. Called with no guard held, outside the world.
     *
     * @throws MoraineException EIO
     */
    void flush(FileObject file) {
        file.flushing.lock();
        try {
            ByteBuffer staging = content.staging(run);
            int turn = 0;
            for (long index = dirty(file, 0); index >= 0; index = dirty(file, index)) {
                int count = clean(file, index, staging);
                if (count == 0) {
                    rooms.actors.pause(turn++);
                    continue;
                }
                turn = 0;
                write(file, index, count, staging);
                index += count;
            }
            if (file.writable()) {
                host.run("sync", file.path(), () -> file.store().force());
            }
        } finally {
            file.flushing.unlock();
        }
    }

    /**
     * Does what {@link #flush} does unless somebody is at it, or cuts the file. Never waits for them, so that it may be
     * called where they have their input and output done.
     */
    void flushUnlessUnderWay(FileObject file) {
        if (file.settled()) {
            try {
                flush(file);
            } finally {
                file.unsettle();
            }
        }
    }

    private void write(FileObject file, long first, int count, ByteBuffer staging) {
        long end = file.bytes();
        try {
            host.run("write", file.path(), () -> file.store().write(first, count, staging, end));
        } catch (MoraineException e) {
            redirty(file, first, count);
            throw e;
        }
        int node = pages.node();
        rooms.charge(Cost.FILE, node, node, node, (long) count * Pages.SIZE);
    }

    private void redirty(FileObject file, long first, int count) {
        file.lock(rooms.actors);
        try {
            for (int i = 0; i < count; i++) {
                file.dirty(first + i, /* now= */ true);
            }
        } finally {
            file.unlock();
        }
    }

    /** {@return whether a page is dirty now} */
    boolean anyDirty(FileObject file) {
        return dirty(file, 0) >= 0;
    }

    /** {@return the first dirty page from an index on, or -1} */
    private long dirty(FileObject file, long from) {
        file.lock(rooms.actors);
        try {
            for (long index = file.next(from); index < file.limit(); index = file.next(index + 1)) {
                if (file.dirty(index)) {
                    return index;
                }
            }
            return -1;
        } finally {
            file.unlock();
        }
    }

    /** Takes a copy of a run of dirty pages and makes them clean. @return how many; 0 when somebody holds the first */
    private int clean(FileObject file, long first, ByteBuffer staging) {
        Agent agent = rooms.begin();
        long[] held = agent.scratch();
        int count = 0;
        try {
            while (count < run && hold(agent, file, first + count, held, count)) {
                count++;
            }
            if (count > 0) {
                protect(agent, file, first, held, count);
            }
            for (int i = 0; i < count; i++) {
                content.take(held[i], staging, i);
            }
            agent.count(Stat.FILE_WRITTEN_PAGES, count);
            return count;
        } finally {
            for (int i = 0; i < count; i++) {
                frames.unlock(held[i]);
                agent.put(held[i]);
            }
            rooms.done(agent);
        }
    }

    /** Takes reference and lock of a dirty page. Truncation is kept out, so that it stays the file's. */
    private boolean hold(Agent agent, FileObject file, long index, long[] held, int slot) {
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
        if (!same) {
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

    private void protect(Agent agent, FileObject file, long first, long[] held, int count) {
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
                file.dirty(first + i, /* now= */ false);
            }
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

package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
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
 * Writes dirty pages to their file, runs of neighbours at once.
 *
 * <p>A run's frames are locked, so that nobody moves them. Under the object's lock the dirty marks go and with them
 * every permission to write: the next store faults and marks the page again. So what is stored after the copy was taken
 * makes the page dirty, and what was stored before is in the copy. In the same step the pages are marked as being
 * written, and stay so until the file has them: nobody drops such a page, for the file would give back an older one. A
 * run that the system refuses becomes dirty again.
 *
 * <p>A run is of pages that storage reaches where they are, or of such that it does not. The latter go through pages of
 * RAM from the {@link BouncePool}, which are taken before any frame is locked.
 */
final class Writeback {
    /** Answer of {@link #bounce}. */
    private static final int SHORT = -1;

    private final Rooms rooms;
    private final Frames frames;
    private final FileHost host;
    private final Content content;
    private final CachePages pages;
    private final BouncePool bounces;
    /** Pages written at once at most. */
    private final int run;

    Writeback(Rooms rooms, FileHost host, CachePages pages, BouncePool bounces) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.host = host;
        this.content = new Content(rooms);
        this.pages = pages;
        this.bounces = bounces;
        this.run = rooms.tuning.cacheWritebackPages;
    }

    /**
     * Writes what is dirty now and waits for the device. Called with no guard held, outside the world.
     *
     * @throws MoraineException EIO
     */
    void flush(FileObject file) {
        if (!file.awaitFlushing(rooms.actors, rooms.tuning.cacheDeadlineNs)) {
            throw host.late("write", file.path());
        }
        try {
            writeAll(file, /* patient= */ true);
            force(file);
        } finally {
            file.endFlushing(rooms.actors);
        }
    }

    /** Waits for the device; what it may not have after all is dirty again. */
    private void force(FileObject file) {
        if (!file.writable()) {
            return;
        }
        boolean forced = false;
        try {
            host.run("sync", file, () -> file.store().force());
            forced = true;
        } finally {
            settle(file, forced);
        }
    }

    private void settle(FileObject file, boolean forced) {
        if (!file.unforced()) {
            return;
        }
        file.lock(rooms.actors);
        try {
            for (long index = file.next(0); index < file.limit(); index = file.next(index + 1)) {
                if (file.unforced(index)) {
                    file.unforced(index, /* now= */ false);
                    file.dirty(index, !forced || file.dirty(index));
                }
            }
            file.unforced(/* now= */ false);
        } finally {
            file.unlock();
        }
    }

    /** How an attempt ended. */
    enum Attempt {
        DONE,
        /** Somebody else is at it, or changes the file's length. */
        BUSY,
        /** There is no page for copies; see {@link BouncePool#whenFree}. */
        SHORT
    }

    /**
     * Writes what is dirty now if it can be done. Called by a thread for files too: it waits for nobody who might wait
     * for that, and who has pages of the pool may do.
     *
     * @throws MoraineException EIO
     */
    Attempt tryWrite(FileObject file) {
        return attempt(file, /* force= */ false);
    }

    /** As {@link #tryWrite}, and waits for the device. */
    Attempt tryFlush(FileObject file) {
        return attempt(file, /* force= */ true);
    }

    private Attempt attempt(FileObject file, boolean force) {
        if (!file.flushing.tryLock()) {
            return Attempt.BUSY;
        }
        try {
            if (!writeAll(file, /* patient= */ false)) {
                return Attempt.SHORT;
            }
            if (force) {
                force(file);
            }
            return Attempt.DONE;
        } finally {
            file.endFlushing(rooms.actors);
        }
    }

    /**
     * Goes through a file once.
     *
     * @param patient whether pages for copies are waited for
     * @return whether it came to the end
     */
    private boolean writeAll(FileObject file, boolean patient) {
        int turn = 0;
        for (long index = dirty(file, 0); index >= 0; index = dirty(file, index)) {
            int count = reachable(file, index) ? writeDirectly(file, index) : bounce(file, index, patient);
            if (count == SHORT) {
                return false;
            }
            index += count;
            if (count == 0) {
                rooms.actors.pause(turn++);
            } else {
                turn = 0;
            }
        }
        return true;
    }

    /** {@return whether storage reaches the page where it is; a guess until its frame is locked} */
    private boolean reachable(FileObject file, long index) {
        file.lock(rooms.actors);
        try {
            long pfn = file.page(index);
            return pfn < 0 || pages.direct(pfn);
        } finally {
            file.unlock();
        }
    }

    /**
     * Pages of which a copy was taken.
     *
     * @param end of the file when they were clean, beyond which nothing of the copy is the file's
     */
    private record Taken(int count, long end) {}

    private int writeDirectly(FileObject file, long index) {
        ByteBuffer staging = content.staging(run);
        Taken taken = clean(file, index, staging, run, /* direct= */ true);
        if (taken.count() > 0) {
            write(file, index, taken, staging, () -> {});
        }
        return taken.count();
    }

    private int bounce(FileObject file, long index, boolean patient) {
        BouncePool.Lease lease = patient ? bounces.take(run, rooms.tuning.cacheDeadlineNs) : bounces.takeNow(run);
        if (lease == null && !patient) {
            return SHORT;
        }
        if (lease == null) {
            throw new MoraineException(
                    Errno.EIO,
                    Blame.RESOURCES,
                    "cannot write " + file.path() + ": all " + rooms.tuning.cacheBouncePages
                            + " pages for copies on the way to files are in use; tune cache.bounce up");
        }
        var taken = new Taken(0, 0);
        try {
            taken = clean(file, index, lease.bytes(), lease.pages(), /* direct= */ false);
        } finally {
            if (taken.count() == 0) {
                lease.giveBack();
            }
        }
        if (taken.count() > 0) {
            write(file, index, taken, lease.bytes(), lease::giveBack);
        }
        return taken.count();
    }

    /** @param done is called when nobody uses the buffer any more */
    private record Request(FileObject file, long first, Taken taken, ByteBuffer staging, Runnable done)
            implements FileHost.Work {
        @Override
        public void run() throws IOException {
            try {
                file.store().write(first, taken.count(), staging, taken.end());
            } finally {
                done.run();
            }
        }

        @Override
        public void givenUp() {
            done.run();
        }
    }

    /** @param done is called by whoever has written, which may be later than this call ends */
    private void write(FileObject file, long first, Taken taken, ByteBuffer staging, Runnable done) {
        int count = taken.count();
        boolean written = false;
        try {
            host.run("write", file, new Request(file, first, taken, staging, done));
            written = true;
        } finally {
            mark(file, first, count, !written);
            rooms.actors.signal();
        }
        int node = pages.node();
        rooms.charge(Cost.FILE, node, node, node, (long) count * Pages.SIZE);
    }

    /** Says of pages that they are written, or dirty again. */
    private void mark(FileObject file, long first, int count, boolean again) {
        file.lock(rooms.actors);
        try {
            for (int i = 0; i < count; i++) {
                if (again) {
                    file.dirty(first + i, /* now= */ true);
                } else {
                    file.unforced(first + i, /* now= */ true);
                }
                file.writeback(first + i, /* now= */ false);
            }
            if (!again) {
                file.unforced(/* now= */ true);
            }
        } finally {
            file.unlock();
        }
    }

    /** {@return whether a page is dirty now, or perhaps not on the device} */
    boolean anyToFlush(FileObject file) {
        return file.unforced() || anyDirty(file);
    }

    /** {@return whether a page is dirty now} */
    boolean anyDirty(FileObject file) {
        return dirty(file, 0) >= 0;
    }

    /** {@return the first dirty page from an index on, or -1} */
    private long dirty(FileObject file, long from) {
        file.lock(rooms.actors);
        try {
            if (file.dirtyPages() == 0) {
                return -1;
            }
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

    /**
     * Takes a copy of a run of dirty pages and makes them clean.
     *
     * @param direct whether storage reaches them where they are; the run ends before others
     * @return none when somebody holds the first, or it has moved
     */
    private Taken clean(FileObject file, long first, ByteBuffer staging, int most, boolean direct) {
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

package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.impl.Rooms;

/**
 * Writes dirty pages to their file, runs of neighbours at once.
 *
 * <p>A run is copied and clean ({@link CopyOut}), and marked as being written until the file has it: nobody drops such
 * a page, for the file would give back an older one. A run that the system refuses becomes dirty again.
 *
 * <p>A run is of pages that storage reaches where they are, or of such that it does not. The latter go through pages of
 * RAM from the {@link BouncePool}, which are taken before any frame is locked.
 */
final class Writeback {
    /** Answer of {@link #bounce}. */
    private static final int SHORT = -1;

    private final Rooms rooms;
    private final FileHost host;
    private final Content content;
    private final CopyOut copies;
    private final CachePages pages;
    private final BouncePool bounces;
    /** Pages written at once at most. */
    private final int run;

    Writeback(Rooms rooms, FileHost host, CachePages pages, BouncePool bounces) {
        this.rooms = rooms;
        this.host = host;
        this.content = new Content(rooms);
        this.copies = new CopyOut(rooms, content, pages);
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

    private int writeDirectly(FileObject file, long index) {
        ByteBuffer staging = content.staging(run);
        CopyOut.Taken taken = copies.clean(file, index, staging, run, /* direct= */ true);
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
        var taken = CopyOut.Taken.NONE;
        try {
            taken = copies.clean(file, index, lease.bytes(), lease.pages(), /* direct= */ false);
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
    private record Request(FileObject file, long first, CopyOut.Taken taken, ByteBuffer staging, Runnable done)
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
    private void write(FileObject file, long first, CopyOut.Taken taken, ByteBuffer staging, Runnable done) {
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
}

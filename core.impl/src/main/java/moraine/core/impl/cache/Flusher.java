package moraine.core.impl.cache;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.host.Waits;
import org.jspecify.annotations.Nullable;

/**
 * Has dirty pages written back without being asked.
 *
 * <p>Its actor does so with those of files that are dirty for long, every so often; and when many are dirty, file by
 * file, the oldest first (Linux wb_workfn). It waits for nobody: writing is done by the threads for files, and in
 * virtual time in its own step. It sleeps while nothing is dirty.
 */
final class Flusher {
    private static final System.Logger LOG = System.getLogger(Flusher.class.getName());
    private static final long END_NS = 1_000_000_000L;
    /** How long a file is left alone that could not be written. */
    private static final long LEAST_REST_NS = 1_000_000_000L;

    private final Rooms rooms;
    private final FileHost host;
    private final CachedObjects objects;
    private final DirtyPages counts;
    private final Writeback writeback;
    private final BouncePool bounces;
    private final Retirer retirer;
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean ended;
    private volatile @Nullable Actor actor;

    Flusher(
            Rooms rooms,
            FileHost host,
            CachedObjects objects,
            DirtyPages counts,
            Writeback writeback,
            BouncePool bounces,
            Retirer retirer) {
        this.rooms = rooms;
        this.host = host;
        this.objects = objects;
        this.counts = counts;
        this.writeback = writeback;
        this.bounces = bounces;
        this.retirer = retirer;
        counts.wakes(this::wake);
    }

    /** Starts it unless it is there: before the first page can be dirty. */
    synchronized void start(int node) {
        if (actor == null && !ended) {
            actor = rooms.environment.actors().start("moraine-flush", node, this::step);
        }
    }

    /** Has it look; any thread, with any guard held. */
    void wake() {
        Actor mine = actor;
        if (mine != null && woken.compareAndSet(false, true)) {
            mine.wake();
        }
    }

    private Step.Progress step(Actor self) {
        woken.set(false);
        if (ended) {
            return Step.Progress.DONE;
        }
        counts.refresh();
        long now = rooms.nowNs();
        for (FileObject file : oldestFirst()) {
            boolean due = counts.many() || now - file.dirtySinceNs() >= rooms.tuning.dirtyExpireNs;
            if (due && !file.rests(now)) {
                flushLater(file);
            }
        }
        if (counts.dirty() > 0 && rooms.tuning.dirtyWritebackNs > 0) {
            self.wakeAt(rooms.nowNs() + rooms.tuning.dirtyWritebackNs);
        }
        return Step.Progress.IDLE;
    }

    /** {@return files with dirty pages} */
    private List<FileObject> oldestFirst() {
        return objects.all().stream()
                .filter(FileObject.class::isInstance)
                .map(FileObject.class::cast)
                .filter(file -> file.dirtyPages() > 0)
                .sorted(Comparator.comparingLong(FileObject::dirtySinceNs))
                .toList();
    }

    /**
     * Waits while too many pages are dirty or being written, but not for long: who makes one page dirty at a time then
     * makes few (Linux balance_dirty_pages).
     */
    void balance(Agent agent) {
        if (!counts.tooMany()) {
            return;
        }
        agent.count(Stat.FILE_THROTTLED);
        wake();
        if (rooms.environment.clock().virtual()) {
            flushHere();
        } else {
            rooms.actors.await(() -> !counts.tooMany(), rooms.tuning.cachePauseNs);
        }
    }

    /** Writes files back in the caller, the oldest first, while too many pages are dirty; in virtual time. */
    private void flushHere() {
        for (FileObject file : oldestFirst()) {
            if (!counts.tooMany()) {
                return;
            }
            flushNow(file);
        }
    }

    /** Has a file written back by a thread for files, without forcing the device. */
    void flushLater(FileObject file) {
        if (file.flushQueued.compareAndSet(false, true)) {
            host.post(file.writing, () -> flushNow(file));
        }
    }

    /** Writes a file back unless somebody is at it; what the system refuses is tried again later. */
    private void flushNow(FileObject file) {
        file.flushQueued.set(false);
        if (objects.closed() || !objects.keepUnlessEnded(file)) {
            return;
        }
        try {
            switch (writeback.tryWrite(file)) {
                case DONE -> wake();
                case SHORT -> bounces.whenFree(() -> flushLater(file));
                case BUSY -> {
                    // who is at it writes the same pages
                }
            }
        } catch (MoraineException e) {
            file.restUntil(rooms.nowNs() + Math.max(LEAST_REST_NS, rooms.tuning.dirtyWritebackNs));
            LOG.log(System.Logger.Level.WARNING, "dirty pages stay: " + e.getMessage());
        } finally {
            retirer.release(file);
        }
    }

    void close() {
        Actor mine;
        synchronized (this) {
            ended = true;
            mine = actor;
        }
        if (mine != null) {
            mine.stop();
            Waits.until(rooms.environment, mine::done, END_NS);
        }
    }
}

package moraine.core.impl.cache;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import moraine.core.impl.Rooms;
import moraine.core.impl.host.Waits;
import org.jspecify.annotations.Nullable;

/**
 * The host actor that has dirty pages written back without being asked: those of files that are dirty for long, every
 * so often; and when many are dirty, file by file, the oldest first (Linux wb_workfn). It waits for nobody: writing is
 * done by the threads for files, and in virtual time in its own step. It sleeps while nothing is dirty.
 */
final class Flusher {
    private static final long END_NS = 1_000_000_000L;

    private final Rooms rooms;
    private final PageCache cache;
    private final DirtyPages counts;
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean ended;
    private volatile @Nullable Actor actor;

    Flusher(Rooms rooms, PageCache cache, DirtyPages counts) {
        this.rooms = rooms;
        this.cache = cache;
        this.counts = counts;
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
                cache.flushLater(file);
            }
        }
        if (counts.dirty() > 0 && rooms.tuning.dirtyWritebackNs > 0) {
            self.wakeAt(rooms.nowNs() + rooms.tuning.dirtyWritebackNs);
        }
        return Step.Progress.IDLE;
    }

    /** {@return files with dirty pages} */
    private List<FileObject> oldestFirst() {
        return cache.objects().stream()
                .filter(FileObject.class::isInstance)
                .map(FileObject.class::cast)
                .filter(file -> file.dirtyPages() > 0)
                .sorted(Comparator.comparingLong(FileObject::dirtySinceNs))
                .toList();
    }

    /** Writes files back in the caller, the oldest first, while too many pages are dirty; in virtual time. */
    void flushHere() {
        for (FileObject file : oldestFirst()) {
            if (!counts.tooMany()) {
                return;
            }
            cache.flushUnasked(file);
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

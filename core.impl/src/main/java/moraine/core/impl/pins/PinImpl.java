package moraine.core.impl.pins;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.access.FrameBytes;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one pin. Uses hold the lock shared, within the world, so that neither pin nor machine ends meanwhile.
 */
final class PinImpl implements Pin {
    private final Rooms rooms;
    private final Pinner pinner;
    private final long[] pfns;
    private final Set<FileObject> files;
    private final boolean writable;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    /** @param files that it keeps from ending */
    PinImpl(Rooms rooms, Pinner pinner, long[] pfns, Set<FileObject> files, boolean writable) {
        this.rooms = rooms;
        this.pinner = pinner;
        this.pfns = pfns;
        this.files = files;
        this.writable = writable;
    }

    @Override
    public long pages() {
        return pfns.length;
    }

    @Override
    public int node(long index) {
        if (index < 0 || index >= pfns.length) {
            throw MoraineException.caller(
                    Errno.EINVAL, "page " + index + " is not among the " + pfns.length + " of the pin; count from 0");
        }
        return rooms.frames.node(pfns[(int) index]);
    }

    @Override
    public void read(long offset, MemorySegment target) {
        use(() -> {
            check(offset, target.byteSize());
            for (long done = 0; done < target.byteSize(); ) {
                long at = offset + done;
                long bytes = piece(at, target.byteSize() - done);
                if (rooms.spec.backing() == Backing.BYTES) {
                    FrameBytes.read(rooms.frames, pfn(at), at & Pages.OFFSET_MASK, target.asSlice(done, bytes));
                }
                done += bytes;
            }
        });
    }

    @Override
    public void write(long offset, MemorySegment source) {
        if (!writable) {
            throw MoraineException.caller(Errno.EPERM, "the pages were pinned for reading; pin them for writing");
        }
        use(() -> {
            check(offset, source.byteSize());
            Frames frames = rooms.frames;
            for (long done = 0; done < source.byteSize(); ) {
                long at = offset + done;
                long bytes = piece(at, source.byteSize() - done);
                long pfn = pfn(at);
                if (rooms.spec.backing() == Backing.BYTES) {
                    FrameBytes.write(source.asSlice(done, bytes), frames, pfn, at & Pages.OFFSET_MASK);
                } else {
                    frames.stamp(pfn, (frames.stamp(pfn) ^ at) * 0x9E3779B97F4A7C15L + 1);
                }
                frames.setFlag(frames.head(pfn), Frames.DIRTY);
                dirtied(pfn);
                done += bytes;
            }
        });
    }

    /**
     * Has a file's page written back that was changed past every mapping (Linux set_page_dirty). Called after the bytes
     * are there: a writeback in between writes them twice, and none misses them.
     */
    private void dirtied(long pfn) {
        MemoryObject object = rooms.objects.get(rooms.frames.object(pfn));
        if (object == null || object.kind() != MemoryObject.Kind.FILE) {
            return;
        }
        object.lock(rooms.actors);
        try {
            long index = rooms.frames.index(pfn);
            if (object.page(index) == pfn) {
                object.dirty(index, /* now= */ true);
            }
        } finally {
            object.unlock();
        }
    }

    private long pfn(long offset) {
        return pfns[(int) (offset >>> Pages.SHIFT)];
    }

    private static long piece(long offset, long left) {
        return Math.min(left, Pages.SIZE - (offset & Pages.OFFSET_MASK));
    }

    private void check(long offset, long bytes) {
        long limit = (long) pfns.length << Pages.SHIFT;
        if (offset < 0 || bytes > limit - offset) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "bytes " + offset + " to " + (offset + bytes) + " are not within the pin's " + limit
                            + "; pin a longer range");
        }
    }

    private void use(Runnable body) {
        Agent agent = rooms.begin();
        lock.readLock().lock();
        try {
            if (closed) {
                throw MoraineException.caller(Errno.EBADF, "the pin is closed; pin the pages again");
            }
            body.run();
        } finally {
            lock.readLock().unlock();
            rooms.done(agent);
        }
    }

    @Override
    public void close() {
        Agent agent = agentUnlessEnded();
        boolean last = false;
        lock.writeLock().lock();
        try {
            if (!closed && agent != null) {
                pinner.release(agent, pfns, pfns.length);
                last = true;
            }
            closed = true;
        } finally {
            lock.writeLock().unlock();
            if (agent != null) {
                rooms.done(agent);
            }
        }
        if (last) {
            pinner.release(files);
        }
    }

    /** {@return an agent within the world, or null when the machine is closed and no frame is left to let go} */
    private @Nullable Agent agentUnlessEnded() {
        try {
            return rooms.begin();
        } catch (MoraineException e) {
            if (e.errno() == Errno.EBADF && e.blame() == Blame.CALLER) {
                return null;
            }
            throw e;
        }
    }
}

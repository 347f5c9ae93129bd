package moraine.core.impl.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import moraine.core.impl.Rooms;
import org.jspecify.annotations.Nullable;

/**
 * The files and buffers of a machine that are open or mapped, and who holds them.
 *
 * <p>The monitor guards both; under it nobody waits for anything but an object's lock, and no fault takes it.
 */
final class CachedObjects {
    private final Rooms rooms;
    private final Map<Object, FileObject> files = new HashMap<>();
    private final Set<BufferObject> buffers = new HashSet<>();
    private volatile boolean closed;

    CachedObjects(Rooms rooms) {
        this.rooms = rooms;
    }

    /** Has those who let go end nothing any more: the machine ends everything. */
    void close() {
        closed = true;
    }

    boolean closed() {
        return closed;
    }

    /** {@return every object} */
    synchronized List<CachedObject> all() {
        List<CachedObject> all = new ArrayList<>(files.values());
        all.addAll(buffers);
        return all;
    }

    // ---- Coming

    /** {@return a file that is there, held, or null when a store is needed first} */
    synchronized @Nullable FileObject again(Object key, boolean writable) {
        FileObject file = files.get(key);
        if (file == null || writable && !file.writable()) {
            return null;
        }
        file.hold(1);
        return file;
    }

    /**
     * {@return a file, held} Somebody may have opened it meanwhile; then it takes the store if it needs that one to be
     * written, see {@link FileObject#stores}.
     *
     * @param made makes the file with the store
     */
    synchronized FileObject open(Object key, Store store, boolean writable, Supplier<FileObject> made) {
        FileObject file = files.get(key);
        if (file == null) {
            file = made.get();
            files.put(key, file);
        } else if (writable && !file.writable()) {
            file.upgrade(store);
        }
        file.hold(1);
        return file;
    }

    /** Adds a buffer, held. */
    synchronized void add(BufferObject buffer) {
        buffer.hold(1);
        buffers.add(buffer);
    }

    // ---- Holding

    /** Keeps what a handle is on from ending. @return null when the handle is closed */
    synchronized @Nullable CachedObject hold(CacheHandle handle) {
        if (handle.closed()) {
            return null;
        }
        handle.object().hold(1);
        return handle.object();
    }

    /** Keeps an object from ending that has a mapping, or somebody else who holds it, while the caller looks. */
    synchronized void keep(CachedObject object) {
        object.hold(1);
    }

    /** Keeps an object from ending. @return whether it has not ended */
    synchronized boolean keepUnlessEnded(CachedObject object) {
        if (object.ended()) {
            return false;
        }
        object.hold(1);
        return true;
    }

    /** Gives a hold back. @return whether it was the last, and what nobody holds may end */
    boolean letGo(CachedObject object) {
        boolean last;
        synchronized (this) {
            last = object.hold(-1) == 0;
        }
        return last && !closed;
    }

    /** Closes a handle. @return as {@link #letGo}; false when it was closed */
    boolean letGo(CacheHandle handle) {
        boolean last;
        synchronized (this) {
            last = handle.shut() && handle.object().hold(-1) == 0;
        }
        return last && !closed;
    }

    /** {@return whether an object is here that nobody holds or maps} */
    synchronized boolean idle(CachedObject object) {
        return object.hold(0) == 0 && !object.ended() && !mapped(object);
    }

    private boolean mapped(CachedObject object) {
        object.lock(rooms.actors);
        try {
            return !object.mappings().isEmpty();
        } finally {
            object.unlock();
        }
    }

    // ---- Going

    /** Takes an object out that is idle and not dirty. @return whether this call took it */
    synchronized boolean leave(CachedObject object) {
        if (!idle(object) || object instanceof FileObject file && file.dirtyPages() > 0) {
            return false;
        }
        if (object instanceof FileObject file) {
            files.remove(file.key());
        } else if (object instanceof BufferObject buffer) {
            buffers.remove(buffer);
        }
        object.end();
        return true;
    }

    /** Says that an object has ended, whoever holds it. */
    synchronized void end(CachedObject object) {
        object.end();
    }
}

package moraine.core.impl.cache;

import moraine.core.api.model.MoraineException;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;

/**
 * Ends files and buffers that nobody holds or maps any more. A file is written back before, on a thread for files when
 * its last mapping went; when that fails it stays, dirty, until it is opened again or the machine is closed.
 */
final class Retirer {
    private static final System.Logger LOG = System.getLogger(Retirer.class.getName());

    private final Rooms rooms;
    private final FileHost host;
    private final CachePages pages;
    private final CachedObjects objects;
    private final Writeback writeback;
    private final BouncePool bounces;

    Retirer(
            Rooms rooms,
            FileHost host,
            CachePages pages,
            CachedObjects objects,
            Writeback writeback,
            BouncePool bounces) {
        this.rooms = rooms;
        this.host = host;
        this.pages = pages;
        this.objects = objects;
        this.writeback = writeback;
        this.bounces = bounces;
    }

    /** Gives back a hold. Called with no guard held. */
    void release(CachedObject object) {
        if (objects.letGo(object)) {
            end(object);
        }
    }

    /** Closes a handle. Called with no guard held. */
    void close(CacheHandle handle) {
        if (objects.letGo(handle)) {
            end(handle.object());
        }
    }

    /** The last mapping of an object went. The caller may hold the space's lock; a file ends later. */
    void unmapped(Agent agent, CachedObject object) {
        if (object instanceof FileObject file && objects.idle(file)) {
            endLater(file);
        } else if (object instanceof BufferObject && objects.leave(object)) {
            drop(agent, object);
        }
    }

    private void endLater(FileObject file) {
        host.post(file.writing, () -> end(file));
    }

    /**
     * Lets an object go unless somebody has it. Whoever writes a file back meanwhile has it, and comes by here when it
     * is through.
     */
    private void end(CachedObject object) {
        if (object instanceof FileObject file && !clean(file)) {
            return;
        }
        if (leaveWithPages(object) && object instanceof FileObject file) {
            closeStores(file);
        }
    }

    /** Writes a file back while nobody has it. @return whether it may leave, if nobody has it then */
    private boolean clean(FileObject file) {
        try {
            while (objects.idle(file) && file.anyToFlush()) {
                Writeback.Attempt attempt = writeback.tryFlush(file);
                if (attempt == Writeback.Attempt.SHORT) {
                    bounces.whenFree(() -> endLater(file));
                }
                if (attempt != Writeback.Attempt.DONE) {
                    return false;
                }
            }
            return true;
        } catch (MoraineException e) {
            LOG.log(System.Logger.Level.WARNING, "the cache keeps what it could not write: " + e.getMessage());
            return false;
        }
    }

    /** Within the world, so that the checker sees the object and its pages or neither. */
    private boolean leaveWithPages(CachedObject object) {
        Agent agent = rooms.begin();
        try {
            boolean left = objects.leave(object);
            if (left) {
                drop(agent, object);
            }
            return left;
        } finally {
            rooms.done(agent);
        }
    }

    /** Ends an object with what it has, whoever holds it; the cache is closed. */
    void dropAll(CachedObject object) {
        objects.end(object);
        Agent agent = rooms.begin();
        try {
            drop(agent, object);
        } finally {
            rooms.done(agent);
        }
        if (object instanceof FileObject file) {
            closeStores(file);
        }
    }

    private void drop(Agent agent, CachedObject object) {
        if (object instanceof FileObject file) {
            disbelieveReads(file);
        }
        pages.drop(agent, object, 0);
        rooms.objects.remove(object);
    }

    /** Lets no read that is under way for a touch bring in a page that nobody would drop any more. */
    private void disbelieveReads(FileObject file) {
        file.lock(rooms.actors);
        file.resize(0);
        file.unlock();
    }

    private void closeStores(FileObject file) {
        for (Store store : file.stores()) {
            try {
                host.run("close", file, store::close);
            } catch (MoraineException e) {
                LOG.log(System.Logger.Level.WARNING, e.getMessage());
            }
        }
    }
}

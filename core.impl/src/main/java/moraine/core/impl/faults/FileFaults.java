package moraine.core.impl.faults;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.cache.Readahead;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Touches of files and drivers' buffers: the cache's page is found and mapped, or asked for.
 *
 * <p>The frame's lock is held while an entry is installed, so that a page that is being migrated is not mapped half
 * way; and the object's lock, so that the page is still the file's, lies before its end, and is marked dirty before
 * anybody can write to it. A clean page is mapped read-only. Private mappings map it read-only always.
 */
final class FileFaults {
    /** Answers of {@link #find}. */
    private static final long MISSING = -1;

    private static final long AGAIN = -2;
    private static final long FULL = -3;

    private final Rooms rooms;
    private final Frames frames;

    FileFaults(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
    }

    /**
     * Does one thing about a touch.
     *
     * @return OK, SIGBUS beyond the end, EOVERFLOW when the page is mapped too often, EAGAIN when the page must be read
     *     first, with no guard held
     */
    Errno touch(Agent agent, Vma vma, CachedObject object, long address, Intent intent, int initiator) {
        long index = vma.sourceIndex(Pages.floor(address));
        if (index >= object.pages()) {
            return Errno.SIGBUS;
        }
        long pfn = find(object, index);
        if (pfn == MISSING) {
            return object.kind() == MemoryObject.Kind.FILE ? Errno.EAGAIN : Errno.SIGBUS;
        }
        if (pfn == FULL) {
            return Errno.EOVERFLOW;
        }
        rooms.points.reach(Point.FILE_PAGE_FOUND);
        if (pfn == AGAIN || !frames.tryLock(pfn)) {
            if (pfn != AGAIN) {
                agent.put(pfn);
            }
            agent.count(Stat.CPU_WAITS);
            rooms.actors.pause(1);
            return Errno.OK;
        }
        Errno mapped = map(agent, vma, object, index, address, intent, pfn);
        frames.unlock(pfn);
        if (mapped == Errno.OK) {
            follow(agent, vma, object, index, initiator);
            return mapped;
        }
        agent.put(pfn);
        agent.count(Stat.CAS_LOST);
        return mapped == Errno.EBUSY ? Errno.OK : mapped;
    }

    /** {@return the object's page with a reference taken, MISSING, FULL, or AGAIN while it is frozen} */
    private long find(MemoryObject object, long index) {
        object.lock(rooms.actors);
        try {
            long pfn = object.page(index);
            if (pfn < 0 || frames.getUnlessZero(pfn)) {
                return pfn;
            }
            return frames.full(pfn) ? FULL : AGAIN;
        } finally {
            object.unlock();
        }
    }

    /** {@return OK, EBUSY when something changed meanwhile, EOVERFLOW when the page is mapped too often} */
    private Errno map(Agent agent, Vma vma, CachedObject object, long index, long address, Intent intent, long pfn) {
        object.lock(rooms.actors);
        try {
            return object.page(index) == pfn && index < object.pages()
                    ? install(vma, address, pfn, writable(agent, vma, object, index, intent))
                    : Errno.EBUSY;
        } finally {
            object.unlock();
        }
    }

    /** Has pages read ahead where the touch continues others; when no guard is held any more. */
    private static void follow(Agent agent, Vma vma, CachedObject object, long index, int initiator) {
        Readahead stream = vma.readahead();
        if (stream != null && object instanceof FileObject file && stream.hit(index)) {
            agent.afterwork().readAhead(file, stream.start(), stream.pages(), vma, initiator);
        }
    }

    /** Decides whether an entry may allow writes, and marks the page where the touch is one. */
    private static boolean writable(Agent agent, Vma vma, MemoryObject object, long index, Intent intent) {
        if (!vma.shared() || vma.protection() != Protection.READ_WRITE) {
            return false;
        }
        if (intent.writes() && object.kind() == MemoryObject.Kind.FILE) {
            object.dirty(index, /* now= */ true);
            agent.afterwork().dirtied();
        }
        return object.kind() == MemoryObject.Kind.BUFFER || object.dirty(index);
    }

    private Errno install(Vma vma, long address, long pfn, boolean writable) {
        SpaceImpl space = vma.space();
        int kind = rooms.types.cpuAddressable(frames.type(pfn)) ? Pte.PRESENT : Pte.DEVICE_PRIVATE;
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = vma.dead() ? null : space.table().leafForInstall(middle, address);
            int index = PageTable.index(address);
            if (leaf == null || MiddleTable.get(leaf, index) != Pte.NONE) {
                return Errno.EBUSY;
            }
            if (!frames.addMapping(pfn, 1)) {
                return Errno.EOVERFLOW;
            }
            MiddleTable.set(leaf, index, Pte.of(kind, pfn, writable ? Pte.WRITE : 0));
            return Errno.OK;
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }

    /** Allows writes through an entry of a shared mapping, and marks the page with it. */
    void allowWrites(Agent agent, Vma vma, CachedObject object, long address, long entry) {
        long index = vma.sourceIndex(Pages.floor(address));
        object.lock(rooms.actors);
        try {
            if (object.page(index) != Pte.pfn(entry)) {
                return;
            }
            if (object.kind() == MemoryObject.Kind.FILE) {
                object.dirty(index, /* now= */ true);
                agent.afterwork().dirtied();
            }
            if (!vma.space().table().replace(address, entry, entry | Pte.WRITE)) {
                agent.count(Stat.CAS_LOST);
            }
        } finally {
            object.unlock();
        }
    }
}

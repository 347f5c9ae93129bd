package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * The files and buffers of a machine that are open or mapped.
 *
 * <p>The monitor guards which there are and who holds them; under it nobody waits for anything but an object's lock,
 * and no fault takes it. A file without handles and mappings is written back on a thread for files and leaves; when
 * that fails it stays, dirty, until it is opened again or the machine is closed.
 */
public final class PageCache {
    private static final System.Logger LOG = System.getLogger(PageCache.class.getName());
    /** How long a file is left alone that could not be written unasked. */
    private static final long LEAST_REST_NS = 1_000_000_000L;

    private final Rooms rooms;
    private final Store.Opener opener;
    private final FileHost host;
    private final CachePages pages;
    private final DirtyPages counts;
    private final Flusher flusher;
    private final BouncePool bounces;
    private final FileLoader loader;
    private final Writeback writeback;
    private final FileTransfer transfer;
    private final Buffers buffers;
    private final Map<Object, FileObject> files = new HashMap<>();
    private final Set<BufferObject> filled = new HashSet<>();
    private volatile boolean closed;

    /** @param rooms whose cache it is; of them, all but this one are there */
    public PageCache(Rooms rooms, Store.Opener opener) {
        this.rooms = rooms;
        this.opener = opener;
        this.pages = new CachePages(rooms);
        this.host = new FileHost(
                rooms.environment,
                pages.node(),
                rooms.tuning.cacheDeadlineNs,
                rooms.tuning.cacheThreads,
                "moraine-files");
        this.counts = new DirtyPages(rooms);
        this.flusher = new Flusher(rooms, this, counts);
        this.bounces = new BouncePool(rooms.actors, new Content(rooms), rooms.tuning.cacheBouncePages);
        this.loader = new FileLoader(rooms, host, pages);
        this.writeback = new Writeback(rooms, host, pages, bounces);
        this.transfer = new FileTransfer(rooms, this, host, pages, loader);
        this.buffers = new Buffers(rooms, pages);
    }

    /** {@return how a machine's files are reached: by the system, or by stamps where there are no bytes} */
    public static Store.Opener stores(Backing backing) {
        return (path, writable) -> backing == Backing.BYTES ? ChannelStore.open(path, writable) : StampStore.open(path);
    }

    /** Opens a file, or gives another handle on one that is open. */
    public CachedFile open(Path path, boolean writable) {
        checkOpen();
        try {
            Path real = path.toRealPath();
            if (!Files.isRegularFile(real)) {
                throw MoraineException.caller(Errno.EINVAL, real + " is not a regular file; name one");
            }
            if (writable && !Files.isWritable(real)) {
                throw new AccessDeniedException(real.toString());
            }
            Object key = key(real);
            FileHandle known = again(key, writable);
            return known != null ? known : openNew(real, key, writable);
        } catch (NoSuchFileException e) {
            throw refused(Errno.ENOENT, path, "there is no such file; create it first", e);
        } catch (AccessDeniedException e) {
            throw refused(Errno.EACCES, path, "the system denies access; change its permissions", e);
        } catch (IOException e) {
            throw refused(Errno.EIO, path, String.valueOf(e.getMessage()), e);
        }
    }

    private static MoraineException refused(Errno errno, Path path, String why, IOException cause) {
        return new MoraineException(errno, Blame.CALLER, "cannot open " + path + ": " + why, cause);
    }

    /** {@return what tells files apart: a path may come to name another one} */
    private static Object key(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path : key;
    }

    /** {@return another handle on a file that is there, or null when a store is needed first} */
    private synchronized @Nullable FileHandle again(Object key, boolean writable) {
        FileObject file = files.get(key);
        if (file == null || writable && !file.writable()) {
            return null;
        }
        file.hold(1);
        return new FileHandle(this, file, writable);
    }

    private FileHandle openNew(Path path, Object key, boolean writable) throws IOException {
        if (writable) {
            flusher.start(pages.node());
        }
        Store store = opener.open(path, writable);
        long bytes = store.bytes();
        FileHandle handle;
        boolean used = true;
        synchronized (this) {
            FileObject file = files.get(key);
            if (file == null) {
                file = rooms.objects.create(id -> new FileObject(id, path, key, counts, store, writable, bytes));
                files.put(key, file);
            } else if (writable && !file.writable()) {
                file.upgrade(store);
            } else {
                used = false;
            }
            file.hold(1);
            handle = new FileHandle(this, file, writable);
        }
        if (!used) {
            store.close();
        }
        return handle;
    }

    /** Makes a buffer near a device. */
    public Mappable buffer(int device, String name, long bytes) {
        checkOpen();
        if (bytes <= 0 || bytes > Pages.ADDRESS_LIMIT) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "a buffer of " + bytes + " bytes is empty or larger than " + Pages.ADDRESS_LIMIT + "; resize it");
        }
        BufferObject buffer = rooms.objects.create(id -> new BufferObject(id, Pages.ceil(bytes)));
        synchronized (this) {
            buffer.hold(1);
            filled.add(buffer);
        }
        try {
            buffers.fill(buffer, device);
        } catch (MoraineException e) {
            release(buffer);
            throw e;
        }
        return new BufferHandle(this, buffer, "a buffer of " + name);
    }

    /**
     * Keeps what a handle is on from ending; give it back with {@link #release}.
     *
     * @throws MoraineException EBADF when it is closed, EINVAL when it is of another machine
     */
    public synchronized CachedObject hold(Mappable what) {
        checkOpen();
        if (!(what instanceof CacheHandle handle) || handle.cache() != this) {
            throw MoraineException.caller(
                    Errno.EINVAL, "what is to be mapped is not of this machine; open it here first");
        }
        if (handle.closed()) {
            throw MoraineException.caller(Errno.EBADF, "the handle on " + handle.name() + " is closed; open another");
        }
        handle.object().hold(1);
        return handle.object();
    }

    /** {@return whether shared mappings made through it may be writable} */
    public boolean writable(Mappable what) {
        return what instanceof CacheHandle handle && handle.writable();
    }

    /**
     * Keeps a file from ending that has a mapping while the caller looks; give it back with {@link #release}. The
     * caller may hold the space's lock.
     */
    public synchronized void keep(FileObject file) {
        file.hold(1);
    }

    /** Gives back what {@link #hold} or {@link #keep} took. Called with no guard held. */
    public void release(CachedObject object) {
        boolean last;
        synchronized (this) {
            last = object.hold(-1) == 0;
        }
        if (last && !closed) {
            end(object);
        }
    }

    void close(CacheHandle handle) {
        boolean last;
        synchronized (this) {
            last = handle.shut() && handle.object().hold(-1) == 0;
        }
        if (last && !closed) {
            end(handle.object());
        }
    }

    /** The last mapping of an object went. The caller may hold the space's lock; a file ends later. */
    public void unmapped(Agent agent, MemoryObject object) {
        if (object instanceof FileObject file && idle(file)) {
            endLater(file);
        } else if (object instanceof BufferObject buffer && leave(buffer)) {
            drop(agent, buffer);
        }
    }

    /**
     * Lets an object go unless somebody has it. Whoever writes a file back meanwhile has it, and comes by here when it
     * is through.
     */
    private void end(CachedObject object) {
        if (object instanceof FileObject file) {
            try {
                while (idle(file) && writeback.anyToFlush(file)) {
                    Writeback.Attempt attempt = writeback.tryFlush(file);
                    if (attempt == Writeback.Attempt.SHORT) {
                        bounces.whenFree(() -> endLater(file));
                    }
                    if (attempt != Writeback.Attempt.DONE) {
                        return;
                    }
                }
            } catch (MoraineException e) {
                LOG.log(System.Logger.Level.WARNING, "the cache keeps what it could not write: " + e.getMessage());
                return;
            }
        }
        if (leaveWithPages(object) && object instanceof FileObject file) {
            closeStores(file);
        }
    }

    private void endLater(FileObject file) {
        host.post(file.writing, () -> end(file));
    }

    /** Within the world, so that the checker sees the object and its pages or neither. */
    private boolean leaveWithPages(CachedObject object) {
        Agent agent = rooms.begin();
        try {
            boolean left = leave(object);
            if (left) {
                drop(agent, object);
            }
            return left;
        } finally {
            rooms.done(agent);
        }
    }

    private void dropAll(CachedObject object) {
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

    private synchronized boolean idle(CachedObject object) {
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

    /** {@return whether this call took it out of the cache} */
    private synchronized boolean leave(CachedObject object) {
        if (!idle(object)) {
            return false;
        }
        if (object instanceof FileObject file) {
            if (writeback.anyDirty(file)) {
                return false;
            }
            files.remove(file.key());
        } else if (object instanceof BufferObject buffer) {
            filled.remove(buffer);
        }
        object.end();
        return true;
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

    /** {@return every object, for the checker} */
    public synchronized List<CachedObject> objects() {
        List<CachedObject> all = new ArrayList<>(files.values());
        all.addAll(filled);
        return all;
    }

    /**
     * Brings a file's page in for a touch; see {@link FileLoader#load}. Called outside the world with no guard held.
     *
     * @param wanted pages from that one on that the touch is for
     * @return also SIGBUS when it cannot be read
     */
    public Errno load(Agent agent, FileObject file, long index, int wanted, Vma vma, int initiator) {
        try {
            Readahead known = vma.readahead();
            Readahead stream = known == null ? Readahead.of(Readahead.Mode.RANDOM, 0) : known;
            return loader.load(agent, file, index, wanted, stream, vma, initiator);
        } catch (MoraineException e) {
            LOG.log(System.Logger.Level.WARNING, "a touch of a file's page ends with SIGBUS: " + e.getMessage());
            return Errno.SIGBUS;
        }
    }

    /** Maps a buffer's pages, all of them, into a new mapping that shows it; nothing for others. */
    public void fill(Vma vma) {
        buffers.map(vma);
    }

    /**
     * Does what an operation of an agent left to be done: pages read ahead, a wait where too many are dirty. Called
     * outside the world with no guard held, except that a writer by handle holds the file's lock for changes.
     */
    public void after(Agent agent) {
        Afterwork work = agent.afterwork();
        if (!work.any()) {
            return;
        }
        FileObject file = work.takeAhead();
        if (file != null) {
            readAhead(file, work.first(), work.first() + work.pages(), work.takeVma(), work.initiator());
        }
        if (work.takeDirtied()) {
            balance(agent);
        }
    }

    /** Has pages read by a thread for files. */
    void readAhead(FileObject file, long first, long end, @Nullable Vma vma, int initiator) {
        keep(file);
        host.post(file.reading, () -> {
            try {
                if (!closed) {
                    loader.ahead(file, first, end, vma, initiator);
                }
            } finally {
                release(file);
            }
        });
    }

    /** Reads a range of a mapping that is touched soon; with no guard held. */
    public void willNeed(Vma vma, long start, long end) {
        if (vma.source() instanceof FileObject file) {
            int node = rooms.home(pages.node());
            readAhead(file, vma.sourceIndex(start), vma.sourceIndex(end - Pages.SIZE) + 1, vma, node);
        }
    }

    /**
     * Waits while too many pages are dirty or being written, but not for long: who makes one page dirty at a time then
     * makes few (Linux balance_dirty_pages).
     */
    private void balance(Agent agent) {
        if (!counts.tooMany()) {
            return;
        }
        agent.count(Stat.FILE_THROTTLED);
        flusher.wake();
        if (rooms.environment.clock().virtual()) {
            flusher.flushHere();
        } else {
            rooms.actors.await(() -> !counts.tooMany(), rooms.tuning.cachePauseNs);
        }
    }

    /** {@return pages of files that are in memory} */
    public long pages() {
        return counts.pages();
    }

    /** {@return pages of files that are dirty or being written} */
    public long unwritten() {
        return counts.unwritten();
    }

    /** {@return pages of files that are being written} */
    public long writing() {
        return counts.writing();
    }

    /** Has a file written back by a thread for files, without forcing the device. */
    public void flushLater(FileObject file) {
        if (file.flushQueued.compareAndSet(false, true)) {
            host.post(file.writing, () -> flushUnasked(file));
        }
    }

    /** Writes a file back unless somebody is at it; what the system refuses is tried again later. */
    void flushUnasked(FileObject file) {
        file.flushQueued.set(false);
        if (closed || !keepUnlessEnded(file)) {
            return;
        }
        try {
            switch (writeback.tryWrite(file)) {
                case DONE -> flusher.wake();
                case SHORT -> bounces.whenFree(() -> flushLater(file));
                case BUSY -> {
                    // who is at it writes the same pages
                }
            }
        } catch (MoraineException e) {
            file.restUntil(rooms.nowNs() + Math.max(LEAST_REST_NS, rooms.tuning.dirtyWritebackNs));
            LOG.log(System.Logger.Level.WARNING, "dirty pages stay: " + e.getMessage());
        } finally {
            release(file);
        }
    }

    private synchronized boolean keepUnlessEnded(FileObject file) {
        if (file.ended()) {
            return false;
        }
        file.hold(1);
        return true;
    }

    /** {@return whether a page could be taken out of the cache; see {@link CachePages#dropClean}} Within the world. */
    public boolean dropClean(Agent agent, FileObject file, long index) {
        return pages.dropClean(agent, file, index);
    }

    /** Drops what may be dropped of a range of pages. @return how many */
    long invalidate(FileObject file, long first, long end) {
        Agent agent = rooms.begin();
        try {
            long dropped = pages.dropClean(agent, file, first, end);
            agent.count(Stat.FILE_INVALIDATED_PAGES, dropped);
            return dropped;
        } finally {
            rooms.done(agent);
        }
    }

    /** Publishes what the cache counts. */
    public void publish(Counters counters) {
        counts.publish(counters);
        counters.gauge("file.bounce.free", "pages", "pages free for copies on the way to files", () -> bounces.free());
    }

    /** {@return node as whose processor files are read when no mapping is touched} */
    int node() {
        return pages.node();
    }

    /** {@return pages of a window where nothing is advised} */
    public int usualReadahead() {
        return rooms.tuning.cacheReadaheadPages;
    }

    FileTransfer transfer() {
        return transfer;
    }

    void flush(FileObject file) {
        writeback.flush(file);
    }

    boolean closed() {
        return closed;
    }

    private void checkOpen() {
        if (closed) {
            throw MoraineException.caller(Errno.EBADF, "the machine is closed; make another");
        }
    }

    /**
     * Writes everything back and gives up all pages; spaces are closed already.
     *
     * @throws MoraineException EIO when a file could not be written; everything is given up all the same
     */
    public void close() {
        closed = true;
        flusher.close();
        bounces.end();
        host.close();
        MoraineException first = null;
        for (CachedObject object : objects()) {
            try {
                if (object instanceof FileObject file) {
                    writeback.flush(file);
                }
            } catch (MoraineException e) {
                first = first == null ? e : first;
            }
            synchronized (this) {
                object.end();
            }
            dropAll(object);
        }
        if (first != null) {
            throw new MoraineException(
                    Errno.EIO,
                    Blame.RESOURCES,
                    "the machine is closed and its dirty pages are gone: " + first.getMessage(),
                    first);
        }
    }
}

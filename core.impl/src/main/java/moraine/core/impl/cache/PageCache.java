package moraine.core.impl.cache;

import java.nio.file.Path;
import java.util.List;
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
 * The page cache of a machine: what others ask of its files and buffers. {@link CachedObjects} has them,
 * {@link FileLoader} reads, {@link Writeback} writes, {@link Flusher} says when, {@link FileTransfer} serves handles,
 * and {@link Retirer} ends what nobody has any more.
 */
public final class PageCache {
    private static final System.Logger LOG = System.getLogger(PageCache.class.getName());

    private final Rooms rooms;
    private final FileHost host;
    private final CachePages pages;
    private final CachedObjects objects;
    private final DirtyPages counts;
    private final FileOpener opener;
    private final Flusher flusher;
    private final BouncePool bounces;
    private final FileLoader loader;
    private final Writeback writeback;
    private final Retirer retirer;
    private final FileTransfer transfer;
    private final Buffers buffers;

    /** @param rooms whose cache it is; of them, all but this one are there */
    public PageCache(Rooms rooms, Store.Opener stores) {
        this.rooms = rooms;
        this.objects = new CachedObjects(rooms);
        this.pages = new CachePages(rooms);
        this.host = new FileHost(
                rooms.environment,
                pages.node(),
                rooms.tuning.cacheDeadlineNs,
                rooms.tuning.cacheThreads,
                "moraine-files");
        this.counts = new DirtyPages(rooms);
        this.opener = new FileOpener(rooms, stores, objects, counts);
        this.bounces = new BouncePool(rooms.actors, new Content(rooms), rooms.tuning.cacheBouncePages);
        this.loader = new FileLoader(rooms, host, pages);
        this.writeback = new Writeback(rooms, host, pages, bounces);
        this.retirer = new Retirer(rooms, host, pages, objects, writeback, bounces);
        this.flusher = new Flusher(rooms, host, objects, counts, writeback, bounces, retirer);
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
        return new FileHandle(this, opener.open(path, writable, () -> flusher.start(pages.node())), writable);
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
        objects.add(buffer);
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
    public CachedObject hold(Mappable what) {
        checkOpen();
        if (!(what instanceof CacheHandle handle) || handle.cache() != this) {
            throw MoraineException.caller(
                    Errno.EINVAL, "what is to be mapped is not of this machine; open it here first");
        }
        CachedObject object = objects.hold(handle);
        if (object == null) {
            throw MoraineException.caller(Errno.EBADF, "the handle on " + handle.name() + " is closed; open another");
        }
        return object;
    }

    /** {@return whether shared mappings made through it may be writable} */
    public boolean writable(Mappable what) {
        return what instanceof CacheHandle handle && handle.writable();
    }

    /**
     * Keeps a file from ending that has a mapping while the caller looks; give it back with {@link #release}. The
     * caller may hold the space's lock.
     */
    public void keep(FileObject file) {
        objects.keep(file);
    }

    /** Gives back what {@link #hold} or {@link #keep} took. Called with no guard held. */
    public void release(CachedObject object) {
        retirer.release(object);
    }

    void close(CacheHandle handle) {
        retirer.close(handle);
    }

    /** The last mapping of an object went. The caller may hold the space's lock; a file ends later. */
    public void unmapped(Agent agent, MemoryObject object) {
        if (object instanceof CachedObject cached) {
            retirer.unmapped(agent, cached);
        }
    }

    /** {@return every object, for the checker} */
    public List<CachedObject> objects() {
        return objects.all();
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
            flusher.balance(agent);
        }
    }

    /** Has pages read by a thread for files. */
    void readAhead(FileObject file, long first, long end, @Nullable Vma vma, int initiator) {
        keep(file);
        host.post(file.reading, () -> {
            try {
                if (!closed()) {
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
        flusher.flushLater(file);
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
        return objects.closed();
    }

    private void checkOpen() {
        if (closed()) {
            throw MoraineException.caller(Errno.EBADF, "the machine is closed; make another");
        }
    }

    /**
     * Writes everything back and gives up all pages; spaces are closed already.
     *
     * @throws MoraineException EIO when a file could not be written; everything is given up all the same
     */
    public void close() {
        objects.close();
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
            retirer.dropAll(object);
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

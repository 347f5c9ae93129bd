package moraine.core.impl.cache;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;

/**
 * A file in the page cache: its pages by index, its length, its way to the system.
 *
 * <p>Guards. The object's lock guards pages, dirty marks and length. {@link #changing} orders writes by handle and
 * truncation; {@link #flushing} orders writing back and truncation, so that an older state never overwrites a newer one
 * and nothing is written beyond the end. Both are taken in this order, before any other guard, and never on a fault
 * path. A page that is being read from the file is named in {@link #loads}, so that it is read once; whether the read
 * is still true is proven by {@link #epoch}, which every truncation moves on, and who writes such a page whole. Input
 * goes through {@link #reading}, output and changes of length through {@link #writing}, so that nobody who reads waits
 * for pages that are being written.
 */
public final class FileObject extends CachedObject {
    final ReentrantLock changing = new ReentrantLock();
    final ReentrantLock flushing = new ReentrantLock();
    final Lane reading = new Lane();
    final Lane writing = new Lane();
    /** Whether a task that writes it back is queued. */
    final AtomicBoolean flushQueued = new AtomicBoolean();
    /** Reads under way, by page. */
    final ConcurrentHashMap<Long, Load> loads = new ConcurrentHashMap<>();

    private final Path path;
    private final Object key;
    private final DirtyPages counts;
    private final List<Store> stores = new ArrayList<>();
    private volatile Store store;
    private volatile boolean writable;
    private volatile long bytes;
    private volatile long epoch;
    private volatile int dirty;
    private volatile boolean unforced;
    private volatile long dirtySinceNs;
    private volatile long restsUntilNs = Long.MIN_VALUE / 2;

    /**
     * Makes one that is open.
     *
     * @param key by which it is the same file under another path
     * @param counts of the machine
     */
    FileObject(int id, Path path, Object key, DirtyPages counts, Store store, boolean writable, long bytes) {
        super(id, Kind.FILE);
        this.path = path;
        this.key = key;
        this.counts = counts;
        this.store = store;
        this.writable = writable;
        this.bytes = bytes;
        stores.add(store);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the object's lock
    protected void changed(int pages, int nowDirty, int writing) {
        if (nowDirty > 0 && dirty == 0) {
            dirtySinceNs = counts.nowNs();
        }
        dirty += nowDirty;
        counts.add(pages, nowDirty, writing);
    }

    /** {@return how many of its pages are dirty} */
    public int dirtyPages() {
        return dirty;
    }

    /** {@return whether its device may not have something that was written} */
    boolean unforced() {
        return unforced;
    }

    /** {@return whether a page is dirty, or perhaps not on its device} */
    boolean anyToFlush() {
        return unforced || dirty > 0;
    }

    /** Says whether its device may not have something; {@link #flushing} is held. */
    void unforced(boolean now) {
        unforced = now;
    }

    /** Takes {@link #flushing}, whose holder may wait for the system. @return false when it was not free in time */
    boolean awaitFlushing(Actors actors, long deadlineNs) {
        return flushing.tryLock() || actors.await(flushing::tryLock, deadlineNs);
    }

    void endFlushing(Actors actors) {
        flushing.unlock();
        actors.signal();
    }

    /** Has it left alone by writing back unasked until then, for the system has refused. */
    void restUntil(long timeNs) {
        restsUntilNs = timeNs;
    }

    /** {@return whether it is left alone now} */
    boolean rests(long nowNs) {
        return restsUntilNs - nowNs > 0;
    }

    /** {@return when the first of the pages that are dirty became so, or one before it} */
    long dirtySinceNs() {
        return dirtySinceNs;
    }

    /** A read that others may wait for. */
    static final class Load {
        private volatile boolean done;

        boolean done() {
            return done;
        }

        void end() {
            done = true;
        }
    }

    Path path() {
        return path;
    }

    Object key() {
        return key;
    }

    Store store() {
        return store;
    }

    boolean writable() {
        return writable;
    }

    /** Replaces a store that can only read. The old one may be in use; it is closed with the file. */
    void upgrade(Store better) {
        stores.add(better);
        store = better;
        writable = true;
    }

    List<Store> stores() {
        return stores;
    }

    public long bytes() {
        return bytes;
    }

    /** {@return how many pages it has, the last perhaps in part} */
    @Override
    public long pages() {
        return Pages.count(bytes);
    }

    /** Makes the file longer unless it is long enough; the object's lock is held. */
    void grow(long atLeast) {
        bytes = Math.max(bytes, atLeast);
    }

    /** Sets the length, after which no read begun before is believed; the object's lock is held. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the object's lock
    public void resize(long newBytes) {
        bytes = newBytes;
        epoch++;
    }

    /** Lets no read begun before be believed; the object's lock is held. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the object's lock
    void disbelieve() {
        epoch++;
    }

    long epoch() {
        return epoch;
    }
}

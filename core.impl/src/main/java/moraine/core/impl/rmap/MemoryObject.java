package moraine.core.impl.rmap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.time.Actors;
import moraine.core.impl.mempolicy.RangePolicies;
import moraine.core.impl.vma.Vma;

/**
 * What mappings map: the root of a family of private anonymous mappings, shared anonymous memory, a file's pages or a
 * driver's buffer. A frame records its object and page index; the object lists the mappings that cover an index, so
 * {@code mremap} and {@code fork} touch no frame record.
 *
 * <p>Protocol. A mapping is listed before any entry is installed for it and until its last entry is cleared. A reverse
 * walk holds the lock; so does whoever copies or moves entries from one mapping to another (fork, mremap), so that a
 * walk meets each entry at one place or the other. A walk costs the number of mappings of the family.
 *
 * <p>All but the first and the last kind also keep their pages by index, with one reference of their own on each, and
 * whether each is dirty.
 */
public class MemoryObject {
    /** What an object is. */
    public enum Kind {
        /** The pages belong to entries. */
        PRIVATE,
        SHARED,
        /** Pages come from a file. */
        FILE,
        /** All pages are there from the beginning, put there for a driver. */
        BUFFER,
        /** One page that stands for several of the first kind. */
        MERGED
    }

    private static final int CHUNK = 512;
    private static final long DIRTY = Long.MIN_VALUE;
    private static final long WRITEBACK = 1L << 62;
    private static final long UNFORCED = 1L << 60;
    private static final long MARKS = DIRTY | WRITEBACK | UNFORCED;
    /** The rest is the number of a swap slot. */
    private static final long SWAPPED = 1L << 61;

    private final int id;
    private final Kind kind;
    private final AtomicInteger lock = new AtomicInteger();
    private final List<Vma> mappings = new ArrayList<>();
    private long[][] pages = {};
    private volatile RangePolicies policies = RangePolicies.NONE;

    public MemoryObject(int id, Kind kind) {
        this.id = id;
        this.kind = kind;
    }

    public final int id() {
        return id;
    }

    public final Kind kind() {
        return kind;
    }

    /** {@return whether it keeps its pages by index, with a reference on each} */
    public final boolean shared() {
        return kind != Kind.PRIVATE && kind != Kind.MERGED;
    }

    /** {@return whether its pages come from elsewhere, so that a fault finds one or asks for it, but makes none} */
    public final boolean filled() {
        return kind == Kind.FILE || kind == Kind.BUFFER;
    }

    /** {@return references that the object itself has on each of its pages} */
    public final int ownReferences() {
        return shared() ? 1 : 0;
    }

    public final void lock(Actors actors) {
        for (int turn = 0; !lock.compareAndSet(0, 1); turn++) {
            actors.pause(turn);
        }
    }

    public final void unlock() {
        lock.setRelease(0);
    }

    public final boolean locked() {
        return lock.get() != 0;
    }

    /** {@return the mappings; the lock is held while it is used} */
    public final List<Vma> mappings() {
        return mappings;
    }

    /** {@return the memory policies of its pages, for all who share them} */
    public final RangePolicies policies() {
        return policies;
    }

    /** Gives its pages other memory policies; the lock is held. */
    public final void policies(RangePolicies others) {
        policies = others;
    }

    /** {@return frame of a shared page, or -1}; the lock is held */
    public final long page(long index) {
        long word = word(index);
        return (word & SWAPPED) != 0 ? -1 : (word & ~MARKS) - 1;
    }

    /** {@return swap slot of a shared page, or -1}; the lock is held */
    public final long slot(long index) {
        long word = word(index);
        return (word & SWAPPED) != 0 ? word & ~SWAPPED : -1;
    }

    /** Records that a shared page is in a swap slot, of which the object is a user from now on; the lock is held. */
    public final void slot(long index, long slot) {
        word(index, SWAPPED | slot);
    }

    /**
     * Records the frame of a shared page, -1 for none; the lock is held. A dirty page that gets another frame stays so,
     * and so does one that is being written.
     */
    public final void page(long index, long pfn) {
        word(index, pfn < 0 ? 0 : word(index) & MARKS | pfn + 1);
    }

    /** {@return whether the page has changed since it was last written to where it came from}; the lock is held */
    public final boolean dirty(long index) {
        return word(index) < 0;
    }

    /** Marks a page that is there; the lock is held. */
    public final void dirty(long index, boolean now) {
        word(index, now ? word(index) | DIRTY : word(index) & ~DIRTY);
    }

    /**
     * {@return whether a copy of the page is on its way to where it came from, so that what is there is old}; the lock
     * is held
     */
    public final boolean writeback(long index) {
        return (word(index) & WRITEBACK) != 0;
    }

    /** Marks a page that is there; the lock is held. */
    public final void writeback(long index, boolean now) {
        word(index, now ? word(index) | WRITEBACK : word(index) & ~WRITEBACK);
    }

    /** {@return whether the page was written, and its device may not have it yet}; the lock is held */
    public final boolean unforced(long index) {
        return (word(index) & UNFORCED) != 0;
    }

    /** Marks a page that is there; the lock is held. */
    public final void unforced(long index, boolean now) {
        word(index, now ? word(index) | UNFORCED : word(index) & ~UNFORCED);
    }

    /** Told of each change in how many pages there are, are dirty, and are being written; the lock is held. */
    protected void changed(int pages, int dirty, int writing) {
        // only files count
    }

    private long word(long index) {
        int chunk = (int) (index / CHUNK);
        return chunk < pages.length && pages[chunk] != null ? pages[chunk][(int) (index % CHUNK)] : 0;
    }

    private void word(long index, long word) {
        int chunk = (int) (index / CHUNK);
        if (word == 0 && (chunk >= pages.length || pages[chunk] == null)) {
            return;
        }
        if (chunk >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(chunk + 1, pages.length * 2));
        }
        if (pages[chunk] == null) {
            pages[chunk] = new long[CHUNK];
        }
        long before = pages[chunk][(int) (index % CHUNK)];
        pages[chunk][(int) (index % CHUNK)] = word;
        if (((before ^ word) & MARKS) != 0 || (before == 0) != (word == 0)) {
            changed(
                    Long.signum(word & ~MARKS) - Long.signum(before & ~MARKS),
                    bit(word, DIRTY) - bit(before, DIRTY),
                    bit(word, WRITEBACK) - bit(before, WRITEBACK));
        }
    }

    private static int bit(long word, long mark) {
        return (word & mark) == 0 ? 0 : 1;
    }

    /** {@return one beyond the highest index that may have a page} */
    public final long limit() {
        return (long) pages.length * CHUNK;
    }

    /** {@return the first index from one on that may have a page: at once over what never had any}; the lock is held */
    public final long next(long index) {
        int first = (int) (index / CHUNK);
        int chunk = first;
        while (chunk < pages.length && pages[chunk] == null) {
            chunk++;
        }
        return chunk == first ? index : (long) chunk * CHUNK;
    }
}

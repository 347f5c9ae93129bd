package moraine.core.impl.rmap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.time.Actors;
import moraine.core.impl.vma.Vma;

/**
 * What mappings map: the root of a family of private anonymous mappings, or shared anonymous memory. A frame records
 * its object and page index; the object lists the mappings that cover an index, so {@code mremap} and {@code fork}
 * touch no frame record.
 *
 * <p>Protocol. A mapping is listed before any entry is installed for it and until its last entry is cleared. A reverse
 * walk holds the lock; so does whoever copies or moves entries from one mapping to another (fork, mremap), so that a
 * walk meets each entry at one place or the other. A walk costs the number of mappings of the family.
 *
 * <p>Shared memory also keeps its pages by index, with one reference of its own on each.
 */
public final class MemoryObject {
    private static final int CHUNK = 512;

    private final int id;
    private final boolean shared;
    private final AtomicInteger lock = new AtomicInteger();
    private final List<Vma> mappings = new ArrayList<>();
    private long[][] pages = {};

    MemoryObject(int id, boolean shared) {
        this.id = id;
        this.shared = shared;
    }

    public int id() {
        return id;
    }

    public boolean shared() {
        return shared;
    }

    /** {@return references that the object itself has on each of its pages} */
    public int ownReferences() {
        return shared ? 1 : 0;
    }

    public void lock(Actors actors) {
        for (int turn = 0; !lock.compareAndSet(0, 1); turn++) {
            actors.pause(turn);
        }
    }

    public void unlock() {
        lock.setRelease(0);
    }

    public boolean locked() {
        return lock.get() != 0;
    }

    /** {@return the mappings; the lock is held while it is used} */
    public List<Vma> mappings() {
        return mappings;
    }

    /** {@return frame of a shared page, or -1}; the lock is held */
    public long page(long index) {
        int chunk = (int) (index / CHUNK);
        return chunk < pages.length && pages[chunk] != null ? pages[chunk][(int) (index % CHUNK)] - 1 : -1;
    }

    /** Records the frame of a shared page, -1 for none; the lock is held. */
    public void page(long index, long pfn) {
        int chunk = (int) (index / CHUNK);
        if (chunk >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(chunk + 1, pages.length * 2));
        }
        if (pages[chunk] == null) {
            pages[chunk] = new long[CHUNK];
        }
        pages[chunk][(int) (index % CHUNK)] = pfn + 1;
    }

    /** {@return one beyond the highest index that may have a page} */
    public long limit() {
        return (long) pages.length * CHUNK;
    }
}

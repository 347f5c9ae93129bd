package moraine.core.impl.mirror;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;
import moraine.core.impl.access.Contexts;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;

/**
 * One device's translations of one space: a mirror of part of the CPU's table. The entries hold no references but for
 * those to duplicates ({@link Duplicates}); the notifier is their only lifetime guard.
 *
 * <p>The device lock guards installing and clearing. Blocks of kernels translate without it and set the young and dirty
 * bits by compare-and-set. Under the lock nobody waits for a frame's lock, only for access sections.
 */
public final class DeviceTable extends Notifiers.Subscription {
    private final SpaceImpl space;
    private final int node;
    private final String owner;
    private final String cookie;
    private final DeviceDriver driver;
    private final DeviceCapabilities can;
    private final Actors actors;
    private final PageTable table;
    private final Contexts contexts;
    private final AtomicBoolean lock = new AtomicBoolean();
    private final Duplicates duplicates;
    /** Duplicates whose translations were cleared and that an access may still use; under the lock. */
    private long[] leaving = new long[16];

    private int leavingCount;
    private volatile @Nullable Errno closed;

    public DeviceTable(
            SpaceImpl space, int node, String owner, DeviceDriver driver, Actors actors, Duplicates duplicates) {
        super(0, Pages.ADDRESS_LIMIT);
        this.space = space;
        this.node = node;
        this.owner = owner;
        this.cookie = "exclusive to node " + node;
        this.driver = driver;
        this.can = driver.capabilities();
        this.actors = actors;
        this.duplicates = duplicates;
        this.table = new PageTable(actors);
        this.contexts = new Contexts(actors);
    }

    public SpaceImpl space() {
        return space;
    }

    /** {@return node of the device} */
    public int node() {
        return node;
    }

    /** {@return cookie that decides whose private pages the device may see} */
    public String owner() {
        return owner;
    }

    /** {@return what this device's announcements of exclusive access carry, and no other device's of the same owner} */
    public String cookie() {
        return cookie;
    }

    public PageTable table() {
        return table;
    }

    public Contexts contexts() {
        return contexts;
    }

    /** {@return why it is closed, or null while it is open} */
    public @Nullable Errno closed() {
        return closed;
    }

    public void lock() {
        for (int turn = 0; !lock.compareAndSet(false, true); turn++) {
            actors.pause(turn);
        }
    }

    public void unlock() {
        lock.set(false);
    }

    /** {@return whether somebody holds the device lock} */
    public boolean locked() {
        return lock.get();
    }

    /** Puts a translation in, of a page or of the 2 MiB at its start; the lock is held and the sequence proven. */
    public void install(long address, long entry) {
        MiddleTable middle = table.middleForInstall(address);
        int region = PageTable.region(address);
        if (Pte.large(entry)) {
            middle.unhang(region, entry);
            return;
        }
        if (Pte.large(middle.entry(region))) {
            divide(middle, region);
        }
        long[] leaf = table.leafForInstall(middle, address);
        if (leaf != null) {
            MiddleTable.set(leaf, PageTable.index(address), entry);
        }
    }

    /**
     * Makes small translations of a 2 MiB leaf; a block that just marks it young finds it gone and translates again.
     */
    private static void divide(MiddleTable middle, int region) {
        long entry = middle.entry(region);
        boolean zero = Pte.kind(entry) == Pte.ZERO;
        long[] leaf = new long[Pages.PER_LARGE];
        for (int index = 0; index < Pages.PER_LARGE; index++) {
            leaf[index] = Pte.withPfn(entry & ~Pte.LARGE, zero ? 0 : Pte.pfn(entry) + index);
        }
        middle.hang(region, leaf);
    }

    /**
     * {@return whether the device alone has a page: the CPU's entry is EXCLUSIVE and the device's ATOMIC}
     *
     * @param entry the CPU's
     */
    public boolean exclusive(long page, long entry) {
        long own = table.get(page);
        return Pte.kind(entry) == Pte.EXCLUSIVE && (own & Pte.ATOMIC) != 0 && Pte.pfn(own) == Pte.pfn(entry);
    }

    /**
     * {@return whether the device's own atomics suffice for a frame: it is coherent with the CPUs, or they cannot reach
     * the frame}
     *
     * @param holder the frame's node
     */
    public boolean atomicsReach(int holder) {
        return can.atomics() && (can.coherent() || holder == node);
    }

    /** Gives the right to a page; the CPU's entry is EXCLUSIVE and its frame locked. @return OK, or why it is closed */
    public Errno grant(long page, long pfn) {
        lock();
        try {
            Errno why = closed;
            if (why == null) {
                install(page, Pte.of(Pte.PRESENT, pfn, Pte.WRITE | Pte.ATOMIC));
            }
            return why == null ? Errno.OK : why;
        } finally {
            unlock();
        }
    }

    @Override
    protected boolean invalidate(
            Notifiers.Event event, long from, long to, @Nullable String cause, long newSequence, boolean blockable) {
        if (event == Notifiers.Event.EXCLUSIVE && cookie.equals(cause)) {
            return true;
        }
        if (blockable) {
            lock();
        } else if (!lock.compareAndSet(false, true)) {
            return false;
        }
        sequence(newSequence);
        boolean any = clear(from, to);
        unlock();
        if (any) {
            driver.invalidate(space.id(), from, to);
        }
        if (event == Notifiers.Event.MIGRATE) {
            space.hints().moving(node, from, to);
        }
        return true;
    }

    private boolean clear(long from, long to) {
        boolean[] any = {false};
        table.regions(from, to, (middle, regionAddress) -> {
            int region = PageTable.region(regionAddress);
            int first = PageTable.index(Math.max(from, regionAddress));
            long stop = Math.min(to, regionAddress + Pages.LARGE_SIZE);
            int last = PageTable.index(stop - 1);
            if (Pte.large(middle.entry(region))) {
                any[0] = true;
                if (last - first == Pages.PER_LARGE - 1) {
                    middle.entry(region, Pte.NONE);
                    return;
                }
                divide(middle, region);
            }
            long[] leaf = middle.leaf(region);
            if (leaf == null) {
                return;
            }
            for (int index = first; index <= last; index++) {
                long entry = MiddleTable.get(leaf, index);
                if (entry != Pte.NONE) {
                    MiddleTable.set(leaf, index, Pte.NONE);
                    any[0] = true;
                    leave(entry);
                }
            }
        });
        if (any[0]) {
            contexts.shootDown(null);
            dropLeaving();
        }
        return any[0];
    }

    private void leave(long entry) {
        if ((entry & Pte.DUPLICATE) == 0) {
            return;
        }
        if (leavingCount == leaving.length) {
            leaving = Arrays.copyOf(leaving, 2 * leavingCount);
        }
        leaving[leavingCount++] = Pte.pfn(entry);
    }

    private void dropLeaving() {
        while (leavingCount > 0) {
            duplicates.drop(leaving[--leavingCount]);
        }
    }

    /**
     * Puts a duplicate, with its one reference, in the place of what the device has of a page; the lock is held, and it
     * is proven that the CPUs cannot write the page and that no invalidation has passed the table by.
     *
     * @return false when the device has a duplicate already
     */
    boolean duplicate(long page, long pfn) {
        long own = table.get(page);
        if ((own & Pte.DUPLICATE) != 0) {
            return false;
        }
        if (own != Pte.NONE) {
            clear(page, page + Pages.SIZE);
        }
        install(page, Pte.of(Pte.PRESENT, pfn, Pte.DUPLICATE));
        return true;
    }

    /** Gives up a duplicate if the device has it at that address. @return whether it had */
    boolean dropDuplicate(long page, long pfn) {
        lock();
        boolean had;
        try {
            long own = table.get(page);
            had = (own & Pte.DUPLICATE) != 0 && Pte.pfn(own) == pfn;
            if (had) {
                clear(page, page + Pages.SIZE);
            }
        } finally {
            unlock();
        }
        if (had) {
            driver.invalidate(space.id(), page, page + Pages.SIZE);
        }
        return had;
    }

    /** Takes all translations away for good and waits until no block uses one. */
    public void close(Errno why) {
        lock();
        if (closed == null) {
            closed = why;
        }
        clear(0, Pages.ADDRESS_LIMIT);
        unlock();
        contexts.shootDown(null);
    }
}

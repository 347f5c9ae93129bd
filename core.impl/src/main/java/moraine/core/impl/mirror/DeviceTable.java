package moraine.core.impl.mirror;

import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.api.driver.DeviceDriver;
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
 * One device's translations of one space: a mirror of part of the CPU's table. The entries hold no references; the
 * notifier is their only lifetime guard.
 *
 * <p>The device lock guards installing and clearing. Blocks of kernels translate without it and set the young and dirty
 * bits by compare-and-set. Under the lock nobody waits for a frame's lock, only for access sections.
 */
public final class DeviceTable extends Notifiers.Subscription {
    private final SpaceImpl space;
    private final int node;
    private final String owner;
    private final DeviceDriver driver;
    private final Actors actors;
    private final PageTable table;
    private final Contexts contexts;
    private final AtomicBoolean lock = new AtomicBoolean();
    private volatile @Nullable Errno closed;

    public DeviceTable(SpaceImpl space, int node, String owner, DeviceDriver driver, Actors actors) {
        super(0, Pages.ADDRESS_LIMIT);
        this.space = space;
        this.node = node;
        this.owner = owner;
        this.driver = driver;
        this.actors = actors;
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

    /** Puts a translation in; the lock is held and the sequence proven. */
    public void install(long address, long entry) {
        MiddleTable middle = table.middleForInstall(address);
        long[] leaf = table.leafForInstall(middle, address);
        if (leaf == null) {
            throw new IllegalStateException("device table of node " + node + " has a 2 MiB leaf at 0x"
                    + Long.toHexString(address) + ", but installs none");
        }
        MiddleTable.set(leaf, PageTable.index(address), entry);
    }

    @Override
    protected boolean invalidate(
            Notifiers.Event event, long from, long to, @Nullable String cause, long newSequence, boolean blockable) {
        if (event == Notifiers.Event.EXCLUSIVE && owner.equals(cause)) {
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
        return true;
    }

    private boolean clear(long from, long to) {
        boolean[] any = {false};
        table.regions(from, to, (middle, regionAddress) -> {
            long[] leaf = middle.leaf(PageTable.region(regionAddress));
            if (leaf == null) {
                return;
            }
            int first = PageTable.index(Math.max(from, regionAddress));
            long stop = Math.min(to, regionAddress + Pages.LARGE_SIZE);
            int last = PageTable.index(stop - 1);
            for (int index = first; index <= last; index++) {
                if (MiddleTable.get(leaf, index) != Pte.NONE) {
                    MiddleTable.set(leaf, index, Pte.NONE);
                    any[0] = true;
                }
            }
        });
        if (any[0]) {
            contexts.shootDown(null);
        }
        return any[0];
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

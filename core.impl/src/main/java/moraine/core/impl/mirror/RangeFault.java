package moraine.core.impl.mirror;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Reads the CPU's translations of a range, faulting in what is missing, and installs them in a DeviceTable (Linux
 * hmm_range_fault and its callers).
 *
 * <p>What was read is a hint until the sequence is proven under the device lock; a range whose translations changed
 * meanwhile is read again, until the deadline. Pages of another owner's private memory come home first.
 */
public final class RangeFault {
    private final Rooms rooms;
    private final CpuFaults faults;

    public RangeFault(Rooms rooms, CpuFaults faults) {
        this.rooms = rooms;
        this.faults = faults;
    }

    /**
     * Makes the device's translations of a range present.
     *
     * @param pages at most 512, within one mapping for the first error to mean the whole range
     * @return OK; EFAULT where nothing may be read, or the page is lost; EPERM for a write that the mapping forbids;
     *     ENOMEM or EDQUOT as a CPU's touch would end; EBUSY after the deadline; EBADF or ENODEV when the table is
     *     closed; ETIMEDOUT when a handler did not fill a page. Nothing was installed then. The agent is in the world
     *     once, and leaves it while it waits for a file or a handler.
     */
    public Errno populate(Agent agent, DeviceTable table, long start, int pages, Intent intent) {
        SpaceImpl space = table.space();
        agent.touchEnds();
        long[] found = agent.scratch();
        long begun = rooms.nowNs();
        long most = agent.directReclaim().stalls() + pages + rooms.tuning.reclaimRetries;
        for (int attempt = 0; ; attempt++) {
            Errno closed = table.closed();
            if (closed != null) {
                return closed;
            }
            long sequence = space.notifiers().readBegin(table);
            Errno outcome = read(agent, table, start, pages, intent, sequence, found);
            rooms.points.reach(Point.RANGE_READ);
            if (outcome == Errno.OK && install(agent, table, start, pages, sequence, found)) {
                return Errno.OK;
            }
            if (outcome == Errno.EAGAIN) {
                // What is brought in from outside is progress, and so is room: the deadline begins anew.
                outcome = faults.supplyWithin(agent, space, start, pages, intent, table.node());
                if (outcome == Errno.OK && agent.directReclaim().stalls() > most) {
                    return Errno.ENOMEM;
                }
                begun = rooms.nowNs();
                attempt = 0;
            }
            if (outcome != Errno.OK && outcome != Errno.EBUSY) {
                return outcome;
            }
            agent.count(Stat.DEVICE_RETRIES);
            if (rooms.late(attempt, begun)) {
                return Errno.EBUSY;
            }
        }
    }

    /**
     * Mirrors what the CPU's table has of a range already: nothing is faulted in, nothing comes home, and what changes
     * meanwhile is left out.
     *
     * @param pages at most 512
     */
    public void adopt(Agent agent, DeviceTable table, long start, int pages) {
        SpaceImpl space = table.space();
        long[] found = agent.scratch();
        long sequence = space.notifiers().readBegin(table);
        long stamp = space.lockShared();
        try {
            for (int i = 0; i < pages; i++) {
                long address = start + ((long) i << Pages.SHIFT);
                Vma vma = space.vmas().find(address);
                boolean readable = vma != null && vma.protection().allows(Intent.READ);
                found[i] = readable ? mirror(table, address, space.table().get(address), Intent.READ) : Pte.NONE;
            }
        } finally {
            space.unlockShared(stamp);
        }
        rooms.points.reach(Point.RANGE_READ);
        install(agent, table, start, pages, sequence, found);
    }

    private boolean install(Agent agent, DeviceTable table, long start, int pages, long sequence, long[] found) {
        table.lock();
        try {
            if (table.closed() != null || table.space().notifiers().readRetry(table, sequence)) {
                return false;
            }
            for (int i = 0; i < pages; ) {
                long address = start + ((long) i << Pages.SHIFT);
                if (Pte.large(found[i])) {
                    installLarge(agent, table, address, found[i]);
                    i += Pages.PER_LARGE - PageTable.index(address);
                    continue;
                }
                if (found[i] != Pte.NONE) {
                    install(agent, table, address, found[i]);
                }
                i++;
            }
            return true;
        } finally {
            table.unlock();
        }
    }

    /** Installs the whole leaf that a page was found in: the sequence proves that it is still one. */
    private void installLarge(Agent agent, DeviceTable table, long address, long entry) {
        long own = table.table().get(address);
        boolean frame = Pte.kind(entry) == Pte.PRESENT;
        long head = frame ? Pte.pfn(entry) - PageTable.index(address) : 0;
        if (Pte.large(own) && Pte.pfn(own) == Pte.pfn(entry) && Pte.writable(own) == Pte.writable(entry)) {
            return;
        }
        if (frame && rooms.frames.node(head) != table.node()) {
            agent.count(Stat.MAPPED_REMOTE, Pages.PER_LARGE);
        }
        agent.count(Stat.LARGE_MAPPED);
        table.install(address & -Pages.LARGE_SIZE, Pte.withPfn(entry, head));
    }

    private void install(Agent agent, DeviceTable table, long address, long entry) {
        long own = table.table().get(address);
        if (isStronger(own, entry)) {
            return;
        }
        boolean remote = Pte.kind(entry) == Pte.PRESENT && rooms.frames.node(Pte.pfn(entry)) != table.node();
        if (remote && Pte.kind(own) == Pte.NONE) {
            agent.count(Stat.MAPPED_REMOTE);
        }
        table.install(address, entry);
    }

    /**
     * {@return whether the device has the page exclusively by now, or a duplicate of it, which a plain translation
     * would undo} The sequence is proven, so a duplicate that is there is good.
     */
    private static boolean isStronger(long own, long found) {
        if ((own & Pte.DUPLICATE) != 0) {
            return true;
        }
        return (own & Pte.ATOMIC) != 0 && Pte.pfn(own) == Pte.pfn(found) && Pte.kind(found) == Pte.PRESENT;
    }

    /**
     * Reads a range once, faulting in what is missing. A fault may invalidate the range by itself, so after the first
     * one all the others are taken before the range is read again: no work is done twice.
     */
    private Errno read(
            Agent agent, DeviceTable table, long start, int pages, Intent intent, long sequence, long[] found) {
        SpaceImpl space = table.space();
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                return space.end();
            }
            boolean faulted = false;
            for (int i = 0; i < pages; ) {
                if (!faulted && space.notifiers().readRetry(table, sequence)) {
                    return Errno.EBUSY;
                }
                long address = start + ((long) i << Pages.SHIFT);
                Vma vma = space.vmas().find(address);
                if (vma == null || !vma.protection().allows(Intent.READ)) {
                    return Errno.EFAULT;
                }
                if (!vma.protection().allows(intent)) {
                    return Errno.EPERM;
                }
                long entry = space.table().get(address);
                if (Pte.kind(entry) == Pte.POISONED) {
                    return Errno.EFAULT;
                }
                long mirrored = mirror(table, address, entry, intent);
                if (mirrored != Pte.NONE) {
                    found[i++] = mirrored;
                    continue;
                }
                faulted = true;
                Errno outcome = faults.resolveLocked(agent, space, address, intent, entry, table.node());
                if (outcome != Errno.OK) {
                    return outcome == Errno.SIGBUS ? Errno.EFAULT : outcome;
                }
            }
            return Errno.OK;
        } finally {
            space.unlockShared(stamp);
        }
    }

    /** {@return the device's entry for a CPU entry that serves the intent, else NONE} */
    private long mirror(DeviceTable table, long address, long entry, Intent intent) {
        boolean enough = !intent.writes() || Pte.writable(entry);
        return switch (Pte.kind(entry)) {
            case Pte.PRESENT, Pte.NUMA_HINT -> enough ? translation(entry) : Pte.NONE;
            case Pte.ZERO -> intent.writes() ? Pte.NONE : Pte.of(Pte.ZERO, 0, entry & Pte.LARGE);
            case Pte.DEVICE_PRIVATE -> enough && visible(table, entry) ? translation(entry) : Pte.NONE;
            case Pte.EXCLUSIVE -> table.exclusive(address, entry) ? translation(entry) | Pte.ATOMIC : Pte.NONE;
            default -> Pte.NONE;
        };
    }

    private static long translation(long entry) {
        return Pte.of(Pte.PRESENT, Pte.pfn(entry), entry & (Pte.WRITE | Pte.LARGE));
    }

    private boolean visible(DeviceTable table, long entry) {
        int node = rooms.frames.node(Pte.pfn(entry));
        return node == table.node()
                || table.owner().equals(table.space().devices().owner(node));
    }
}

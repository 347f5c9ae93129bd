package moraine.core.impl.mirror;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.space.SpaceImpl;
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
    /** As HMM_RANGE_DEFAULT_TIMEOUT: 1,000 ms. */
    private static final long TIMEOUT_NS = 1_000_000_000L;
    /** Repetitions in virtual time, where time never decides. */
    private static final int RETRIES = 64;

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
     * @return OK; or EFAULT, EPERM, ENOMEM, SIGBUS as a CPU's touch would end; EBUSY after the deadline; EBADF or
     *     ENODEV when the table is closed. Pages before the failing one may have been installed.
     */
    public Errno populate(Agent agent, DeviceTable table, long start, int pages, Intent intent) {
        SpaceImpl space = table.space();
        long[] found = agent.scratch();
        long begun = rooms.nowNs();
        for (int attempt = 0; ; attempt++) {
            Errno closed = table.closed();
            if (closed != null) {
                return closed;
            }
            long sequence = space.notifiers().readBegin(table);
            Errno outcome = read(agent, table, start, pages, intent, sequence, found);
            if (outcome == Errno.OK && install(agent, table, start, pages, sequence, found)) {
                return Errno.OK;
            }
            if (outcome != Errno.OK && outcome != Errno.EBUSY) {
                return outcome;
            }
            agent.count(Stat.DEVICE_RETRIES);
            boolean late =
                    rooms.environment.clock().virtual() ? attempt >= RETRIES : rooms.nowNs() - begun > TIMEOUT_NS;
            if (late) {
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
        install(agent, table, start, pages, sequence, found);
    }

    private boolean install(Agent agent, DeviceTable table, long start, int pages, long sequence, long[] found) {
        table.lock();
        try {
            if (table.closed() != null || table.space().notifiers().readRetry(table, sequence)) {
                return false;
            }
            for (int i = 0; i < pages; i++) {
                if (found[i] != Pte.NONE) {
                    install(agent, table, start + ((long) i << Pages.SHIFT), found[i]);
                }
            }
            return true;
        } finally {
            table.unlock();
        }
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

    /** {@return whether the device has the page exclusively by now, which a plain translation would undo} */
    private static boolean isStronger(long own, long found) {
        return (own & Pte.ATOMIC) != 0 && Pte.pfn(own) == Pte.pfn(found) && Pte.kind(found) == Pte.PRESENT;
    }

    private Errno read(
            Agent agent, DeviceTable table, long start, int pages, Intent intent, long sequence, long[] found) {
        SpaceImpl space = table.space();
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                return Errno.EBADF;
            }
            for (int i = 0; i < pages; ) {
                if (space.notifiers().readRetry(table, sequence)) {
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
                long mirrored = mirror(table, address, entry, intent);
                if (mirrored != Pte.NONE) {
                    found[i++] = mirrored;
                    continue;
                }
                Errno outcome = faults.resolveLocked(agent, space, address, intent, entry, table.node());
                if (outcome != Errno.OK) {
                    return outcome;
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
            case Pte.PRESENT -> enough ? translation(entry) : Pte.NONE;
            case Pte.ZERO -> intent.writes() ? Pte.NONE : Pte.of(Pte.ZERO, 0, 0);
            case Pte.DEVICE_PRIVATE -> enough && visible(table, entry) ? translation(entry) : Pte.NONE;
            case Pte.EXCLUSIVE -> table.exclusive(address, entry) ? translation(entry) | Pte.ATOMIC : Pte.NONE;
            default -> Pte.NONE;
        };
    }

    private static long translation(long entry) {
        return Pte.of(Pte.PRESENT, Pte.pfn(entry), entry & Pte.WRITE);
    }

    private boolean visible(DeviceTable table, long entry) {
        int node = rooms.frames.node(Pte.pfn(entry));
        return node == table.node()
                || table.owner().equals(table.space().devices().owner(node));
    }
}

package moraine.core.impl.exclusive;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.FolioSplit;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Gives a device the sole right to a page (Linux make_device_exclusive). The page is faulted in writable, its frame
 * locked, and every other device told; then the CPU's entry becomes EXCLUSIVE and the device's ATOMIC. Whoever else
 * touches the page revokes the right.
 *
 * <p>While the frame is locked and the space's lock held shared, nobody else changes the entry but for its young and
 * dirty bits; where a file lies below, its lock is held too, for who cuts the file takes private copies without their
 * frames. The device's own table hears nothing of the announcement, so a range fault of the same device that runs
 * beside may have read the entry as it was; it leaves an ATOMIC translation of the same frame alone. What takes the
 * right away announces it, so a table that has just been attached waits until announcements reach it.
 */
public final class ExclusiveAccess {
    private final Rooms rooms;
    private final Frames frames;
    private final CpuFaults faults;
    private final FolioSplit split;

    public ExclusiveAccess(Rooms rooms, CpuFaults faults) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.faults = faults;
        this.split = new FolioSplit(rooms);
    }

    /**
     * Makes a page the device's alone. The agent is in the world once and holds no guard.
     *
     * @param page a page's first address
     * @return OK; EFAULT outside every readable mapping, EPERM in one that forbids writes, EOPNOTSUPP for shared or
     *     file memory; ENOMEM, EDQUOT, SIGBUS as a write would end; EBUSY after the deadline, of which what its first
     *     attempts wait for from outside is no part, nor is what was announced before the table came; EBADF, SIGKILL or
     *     ENODEV when the table is closed
     */
    public Errno take(Agent agent, DeviceTable table, long page) {
        agent.touchEnds();
        table.space().notifiers().awaitInserted(table);
        long begun = rooms.nowNs();
        for (int attempt = 0; ; attempt++) {
            Errno closed = table.closed();
            Errno outcome = closed != null ? closed : attempt(agent, table, page);
            if (outcome != Errno.EAGAIN) {
                return outcome;
            }
            if (rooms.late(attempt, begun)) {
                return Errno.EBUSY;
            }
            int cpu = rooms.home(table.node());
            long asked = rooms.nowNs();
            Errno supplied = faults.supplyWithin(agent, table.space(), page, 1, Intent.WRITE, cpu);
            begun += attempt < rooms.tuning.reclaimRetries ? rooms.nowNs() - asked : 0;
            if (supplied != Errno.OK) {
                return supplied;
            }
        }
    }

    /** {@return EAGAIN when the page came a step nearer, or somebody else had it} */
    private Errno attempt(Agent agent, DeviceTable table, long page) {
        SpaceImpl space = table.space();
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                return space.end();
            }
            Vma vma = space.vmas().find(page);
            if (vma == null || !vma.protection().allows(Intent.READ)) {
                return Errno.EFAULT;
            }
            if (!vma.protection().allows(Intent.WRITE)) {
                return Errno.EPERM;
            }
            if (vma.shared()) {
                return Errno.EOPNOTSUPP;
            }
            long entry = space.table().get(page);
            if (table.exclusive(page, entry)) {
                return Errno.OK;
            }
            return ready(entry) ? own(agent, table, vma, page, Pte.pfn(entry)) : prepare(agent, table, page, entry);
        } finally {
            space.unlockShared(stamp);
        }
    }

    private static boolean ready(long entry) {
        return Pte.reachable(entry) && Pte.writable(entry) && !Pte.large(entry);
    }

    /** Does one thing towards a present, writable page of 4 KiB. */
    private Errno prepare(Agent agent, DeviceTable table, long page, long entry) {
        if (Pte.reachable(entry) && Pte.writable(entry)) {
            if (!split.split(agent, frames.head(Pte.pfn(entry)))) {
                rooms.actors.pause(1);
            }
            return Errno.EAGAIN;
        }
        int cpu = rooms.home(table.node());
        Errno outcome = faults.resolveLocked(agent, table.space(), page, Intent.WRITE, entry, cpu);
        return outcome == Errno.OK ? Errno.EAGAIN : outcome;
    }

    private Errno own(Agent agent, DeviceTable table, Vma vma, long page, long pfn) {
        if (!frames.getUnlessZero(pfn)) {
            return Errno.EAGAIN;
        }
        Errno outcome = Errno.EAGAIN;
        if (frames.tryLock(pfn)) {
            outcome = exchangeUncut(agent, table, vma.source(), page, pfn);
            frames.unlock(pfn);
        } else {
            rooms.actors.pause(1);
        }
        agent.put(pfn);
        return outcome;
    }

    /** @param file what a private mapping shows, which must not be cut meanwhile; or null */
    private Errno exchangeUncut(Agent agent, DeviceTable table, @Nullable MemoryObject file, long page, long pfn) {
        if (file == null) {
            return exchange(agent, table, page, pfn);
        }
        file.lock(rooms.actors);
        try {
            return exchange(agent, table, page, pfn);
        } finally {
            file.unlock();
        }
    }

    private Errno exchange(Agent agent, DeviceTable table, long page, long pfn) {
        SpaceImpl space = table.space();
        space.notifiers().start(Notifiers.Event.EXCLUSIVE, page, page + Pages.SIZE, table.cookie(), true);
        try {
            if (!mark(space.table(), page, pfn)) {
                return Errno.EAGAIN;
            }
            space.shootDown(agent);
            rooms.points.reach(Point.EXCLUSIVE_MARKED);
            agent.count(Stat.EXCLUSIVE_PAGES);
            return table.grant(page, pfn);
        } finally {
            space.notifiers().end();
        }
    }

    /** Makes the entry EXCLUSIVE. It keeps its bits, with those of the write that the device is about to make. */
    private static boolean mark(PageTable table, long page, long pfn) {
        long entry = table.get(page);
        while (ready(entry) && Pte.pfn(entry) == pfn) {
            long written = entry | Pte.YOUNG | Pte.DIRTY | Pte.SOFT_DIRTY;
            if (table.replace(page, entry, Pte.withKind(written, Pte.EXCLUSIVE))) {
                return true;
            }
            entry = table.get(page);
        }
        return false;
    }
}

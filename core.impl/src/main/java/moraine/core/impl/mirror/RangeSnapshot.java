package moraine.core.impl.mirror;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Snapshot;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Reads the CPU's translations of a range as one device would find them, and asks for nothing (Linux hmm_range_fault
 * without a request). A range that changes meanwhile is read again, until the deadline.
 */
final class RangeSnapshot {
    private final Rooms rooms;
    private final DeviceTable table;
    private final SpaceImpl space;

    RangeSnapshot(Rooms rooms, DeviceTable table) {
        this.rooms = rooms;
        this.table = table;
        this.space = table.space();
    }

    /** {@return a byte of {@link Snapshot} a page} */
    byte[] take(long address, long bytes) {
        byte[] pages = new byte[(int) (bytes >>> Pages.SHIFT)];
        Agent agent = rooms.begin();
        long begun = rooms.nowNs();
        try {
            for (int attempt = 0; !read(address, pages); attempt++) {
                agent.count(Stat.DEVICE_RETRIES);
                if (rooms.late(attempt, begun)) {
                    throw busy(address, bytes);
                }
            }
        } finally {
            rooms.done(agent);
        }
        return pages;
    }

    /** Reads once. @return whether nothing changed meanwhile */
    private boolean read(long address, byte[] pages) {
        long sequence = space.notifiers().readBegin(table);
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                throw MoraineException.caller(Errno.EBADF, "space " + space.name() + " is closed; open another");
            }
            Vma vma = null;
            for (int i = 0; i < pages.length; i++) {
                long at = address + ((long) i << Pages.SHIFT);
                if (vma == null || at >= vma.end()) {
                    vma = space.vmas().find(at);
                }
                boolean readable = vma != null && vma.protection().allows(Intent.READ);
                pages[i] = readable ? shown(space.table().get(at)) : Snapshot.ERROR;
            }
        } finally {
            space.unlockShared(stamp);
        }
        rooms.points.reach(Point.RANGE_READ);
        return proven(sequence);
    }

    private boolean proven(long sequence) {
        table.lock();
        try {
            return !space.notifiers().readRetry(table, sequence);
        } finally {
            table.unlock();
        }
    }

    private byte shown(long entry) {
        int kind = switch (Pte.kind(entry)) {
            case Pte.PRESENT, Pte.NUMA_HINT -> present(rooms.frames.node(Pte.pfn(entry)));
            case Pte.DEVICE_PRIVATE -> hidden(rooms.frames.node(Pte.pfn(entry)));
            case Pte.ZERO -> Snapshot.ZERO;
            default -> -1;
        };
        if (kind < 0) {
            return Snapshot.NONE;
        }
        int access = Pte.writable(entry) ? Snapshot.WRITE : Snapshot.READ;
        return (byte) (kind | access | (Pte.large(entry) ? Snapshot.PMD : 0));
    }

    private int present(int node) {
        if (rooms.topology.kind(node) != NodeKind.DEVICE) {
            return 0;
        }
        return node == table.node() ? Snapshot.DEV_COHERENT_LOCAL : Snapshot.DEV_COHERENT_REMOTE;
    }

    private int hidden(int node) {
        if (node == table.node()) {
            return Snapshot.DEV_PRIVATE_LOCAL;
        }
        return table.owner().equals(rooms.owner(node)) ? Snapshot.DEV_PRIVATE_REMOTE : -1;
    }

    private MoraineException busy(long address, long bytes) {
        return new MoraineException(
                Errno.EBUSY,
                Blame.RESOURCES,
                "range " + Pages.range(address, address + bytes) + " kept changing under a snapshot by device node "
                        + table.node() + "; try again when fewer pages move");
    }
}

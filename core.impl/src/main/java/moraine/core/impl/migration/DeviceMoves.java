package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.vma.Vma;

/** Moves ranges to and from one device because somebody asked it to, a region of 2 MiB at a time. */
public final class DeviceMoves {
    private final Rooms rooms;
    private final int node;

    public DeviceMoves(Rooms rooms, int node) {
        this.rooms = rooms;
        this.node = node;
    }

    /** Moves pages of system memory, holes and zero pages to the device. */
    public MigrationReport toDevice(SpaceImpl space, long address, long bytes, String mover) {
        int whom = rooms.movers.intern(mover);
        return move(
                space,
                address,
                bytes,
                order -> order.to(node, Reason.POLICY_MIGRATE, Cause.DRIVER, whom)
                        .withHoles()
                        .fromSystem());
    }

    /** Moves the device's own pages home. */
    public MigrationReport toSystem(SpaceImpl space, long address, long bytes, String mover) {
        int whom = rooms.movers.intern(mover);
        return move(
                space,
                address,
                bytes,
                order -> order.off(rooms.home(node), Reason.BRING_BACK, Cause.DRIVER, whom)
                        .from(node));
    }

    /** Fills an order in, again for each region. */
    private interface Ordering {
        void fill(Order order);
    }

    private MigrationReport move(SpaceImpl space, long address, long bytes, Ordering ordering) {
        long moved = 0;
        long already = 0;
        long end = address + bytes;
        Agent agent = rooms.begin();
        long stamp = space.lockShared();
        try {
            check(space, address, end);
            for (long at = address; at < end; ) {
                long stop = Math.min(end, (at | Pages.LARGE_SIZE - 1) + 1);
                ordering.fill(agent.batch().order());
                moved += agent.batch().moveRange(space, at, stop);
                already += agent.batch().already();
                at = stop;
            }
        } finally {
            space.unlockShared(stamp);
            rooms.done(agent);
        }
        long requested = Pages.count(bytes);
        return new MigrationReport(requested, moved, already, requested - moved - already);
    }

    private static void check(SpaceImpl space, long start, long end) {
        if (space.closed()) {
            throw MoraineException.caller(Errno.EBADF, "space " + space.name() + " is closed; open another");
        }
        for (long at = start; at < end; ) {
            Vma vma = space.vmas().find(at);
            if (vma == null || !vma.protection().allows(Intent.READ)) {
                throw MoraineException.caller(
                        Errno.EINVAL,
                        "range " + Pages.range(start, end) + " has " + (vma == null ? "no mapping" : "no right to read")
                                + " at 0x" + Long.toHexString(at) + "; "
                                + (vma == null ? "map it first" : "allow reading first"));
            }
            at = vma.end();
        }
    }
}

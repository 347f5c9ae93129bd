package moraine.core.impl.exclusive;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.RangeFault;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;

/**
 * Serves faults of one device on pages that it is to have exclusively: because the plan says so, or because it is about
 * to make an atomic access where its own atomics do not reach. Confined to the device's host actor.
 *
 * <p>Progress. A right that its holder has not used yet is left to it for a few faults, each device having another
 * patience, so that two devices that want one page both get to use it. A CPU's touch is never made to wait.
 */
public final class ExclusiveFaults {
    private final Rooms rooms;
    private final ExclusiveAccess access;
    private final RangeFault ranges;
    private int refused;

    public ExclusiveFaults(Rooms rooms, CpuFaults faults, RangeFault ranges) {
        this.rooms = rooms;
        this.access = new ExclusiveAccess(rooms, faults);
        this.ranges = ranges;
    }

    /**
     * Serves a fault, within the world.
     *
     * @param chosen whether the plan wants the page exclusive; then one that cannot be is mapped as others are
     * @return OK, EBUSY to let the block fault again, or why the access can never be completed: as
     *     {@link ExclusiveAccess#take} and {@link RangeFault#populate} say
     */
    public Errno serve(Agent agent, DeviceTable table, long page, Intent intent, boolean chosen) {
        SpaceImpl space = table.space();
        long entry = space.table().get(page);
        if (!chosen && reached(table, entry)) {
            return ranges.populate(agent, table, page, 1, intent);
        }
        if (heldUnused(table, page, entry) && refused < patience(table.node())) {
            refused++;
            return Errno.EBUSY;
        }
        refused = 0;
        Errno outcome = access.take(agent, table, page);
        boolean impossible =
                outcome == Errno.EOPNOTSUPP && intent != Intent.ATOMIC || outcome == Errno.EPERM && !intent.writes();
        return impossible ? ranges.populate(agent, table, page, 1, intent) : outcome;
    }

    private boolean reached(DeviceTable table, long entry) {
        boolean there = Pte.reachable(entry) || Pte.kind(entry) == Pte.DEVICE_PRIVATE;
        return there && table.atomicsReach(rooms.frames.node(Pte.pfn(entry)));
    }

    /** {@return whether another device has the right and has not translated through it} */
    private boolean heldUnused(DeviceTable table, long page, long entry) {
        if (Pte.kind(entry) != Pte.EXCLUSIVE) {
            return false;
        }
        for (int node = 0; node < rooms.topology.nodes(); node++) {
            DeviceTable other = table.space().devices().table(node);
            if (other != null && other != table && other.exclusive(page, entry)) {
                return (other.table().get(page) & Pte.YOUNG) == 0;
            }
        }
        return false;
    }

    private static int patience(int node) {
        return 8 + 4 * (node & 7);
    }
}

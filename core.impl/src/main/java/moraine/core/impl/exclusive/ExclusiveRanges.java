package moraine.core.impl.exclusive;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.space.Checks;

/** Makes ranges exclusive to a device because an application asked for it, page by page. */
public final class ExclusiveRanges {
    private final Rooms rooms;
    private final ExclusiveAccess access;

    public ExclusiveRanges(Rooms rooms, ExclusiveAccess access) {
        this.rooms = rooms;
        this.access = access;
    }

    /**
     * Makes the pages of a range the device's.
     *
     * @throws MoraineException as {@link ExclusiveAccess#take} ends, at the first page that fails; pages before it stay
     *     exclusive
     */
    public MigrationReport take(DeviceTable table, long address, long bytes) {
        long end = Checks.range(address, bytes);
        long already = 0;
        Agent agent = rooms.begin();
        try {
            for (long page = address; page < end; page += Pages.SIZE) {
                if (table.exclusive(page, table.space().table().get(page))) {
                    already++;
                    continue;
                }
                Errno outcome = access.take(agent, table, page);
                if (outcome != Errno.OK) {
                    throw failure(outcome, table, page);
                }
            }
        } finally {
            rooms.done(agent);
        }
        long pages = end - address >>> Pages.SHIFT;
        return new MigrationReport(pages, pages - already, already, 0);
    }

    private static MoraineException failure(Errno outcome, DeviceTable table, long page) {
        String what = "page 0x" + Long.toHexString(page) + " of space "
                + table.space().name() + " for device node " + table.node();
        return switch (outcome) {
            case EFAULT ->
                MoraineException.caller(outcome, what + " is outside every mapping that allows reads; map it first");
            case EPERM ->
                MoraineException.caller(outcome, what + " is in a mapping that forbids writes; allow them first");
            case EOPNOTSUPP ->
                MoraineException.caller(
                        outcome, what + " is shared or file memory, which no device has exclusively; map it private");
            case EBADF -> MoraineException.caller(outcome, what + ": the space is closed; open another");
            case ENODEV -> new MoraineException(outcome, Blame.RESOURCES, what + ": the device is gone");
            case EBUSY ->
                new MoraineException(
                        outcome, Blame.RESOURCES, what + " was held by others until the deadline; try again");
            default ->
                new MoraineException(
                        outcome, Blame.RESOURCES, what + " could not be brought in (" + outcome + "); free memory");
        };
    }
}

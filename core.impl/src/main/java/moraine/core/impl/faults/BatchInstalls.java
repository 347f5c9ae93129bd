package moraine.core.impl.faults;

import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.exclusive.ExclusiveFaults;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.Duplicator;
import moraine.core.impl.mirror.RangeFault;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.vma.Vma;

/** Gives a device the translations that a batch of faults asks for, or cancels the launches that cannot have them. */
final class BatchInstalls {
    private final Rooms rooms;
    private final Spaces spaces;
    private final int node;
    private final DeviceDriver driver;
    private final FaultBatch batch;
    private final RangeFault ranges;
    private final ExclusiveFaults exclusives;
    private final Duplicator duplicator;
    private final boolean atomicsEverywhere;
    private final Agent agent;

    BatchInstalls(Rooms rooms, Spaces spaces, CpuFaults faults, DeviceDriver driver, FaultBatch batch, Agent agent) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.node = batch.device();
        this.driver = driver;
        this.batch = batch;
        this.ranges = new RangeFault(rooms, faults);
        this.duplicator = new Duplicator(rooms);
        this.exclusives = new ExclusiveFaults(rooms, faults, ranges);
        this.atomicsEverywhere =
                driver.capabilities().atomics() && driver.capabilities().coherent();
        this.agent = agent;
    }

    void install() {
        for (int i = 0; i < batch.size(); ) {
            i = wantsAlone(i) ? installAlone(i) : installRun(i);
        }
    }

    private boolean wantsAlone(int index) {
        return batch.action(index) == DeviceAction.EXCLUSIVE
                || batch.intent(index) == Intent.ATOMIC && !atomicsEverywhere;
    }

    /** Installs what the device is to have exclusively, a page. @return the next fault */
    private int installAlone(int index) {
        SpaceImpl space = spaces.byId(batch.space(index));
        DeviceTable table = space == null ? null : space.devices().table(node);
        Errno outcome = Errno.EBADF;
        if (table != null) {
            boolean chosen = batch.action(index) == DeviceAction.EXCLUSIVE;
            rooms.world.enter(agent);
            try {
                outcome = exclusives.serve(agent, table, batch.address(index), batch.intent(index), chosen);
            } finally {
                rooms.world.exit(agent);
            }
        }
        if (outcome != Errno.OK && outcome != Errno.EBUSY) {
            cancel(index, index + 1, outcome);
        }
        return index + 1;
    }

    /** Makes one range request for faults on neighbouring pages. @return the first fault beyond them */
    private int installRun(int first) {
        int next = first + 1;
        while (next < batch.size()
                && batch.space(next) == batch.space(first)
                && batch.intent(next) == batch.intent(first)
                && !wantsAlone(next)
                && batch.address(next) == batch.address(next - 1) + Pages.SIZE) {
            next++;
        }
        SpaceImpl space = spaces.byId(batch.space(first));
        DeviceTable table = space == null ? null : space.devices().table(node);
        if (table == null) {
            cancel(first, next, Errno.EBADF);
            return next;
        }
        if (!batch.continues(first)) {
            agent.count(Stat.DEVICE_RANGES);
        }
        neighbours(table, first, next);
        for (int at = first; at < next; at += Pages.PER_LARGE) {
            int beyond = Math.min(next, at + Pages.PER_LARGE);
            boolean all = duplicate(table, at, beyond);
            Errno outcome = populate(table, batch.address(at), beyond - at, batch.intent(at));
            if (!all && outcome == Errno.OK) {
                duplicate(table, at, beyond);
                outcome = populate(table, batch.address(at), beyond - at, batch.intent(at));
            }
            if (outcome != Errno.OK && outcome != Errno.EBUSY) {
                oneByOne(table, at, beyond);
            }
        }
        return next;
    }

    /**
     * Duplicates the pages of neighbouring faults for which that was decided. What comes home only when the range is
     * populated is met the second time; what cannot be duplicated is mapped where it is.
     *
     * @return whether nothing is left to try
     */
    private boolean duplicate(DeviceTable table, int first, int next) {
        boolean all = true;
        for (int i = first; i < next; ) {
            int at = i;
            while (i < next && i - at < duplicator.most() && batch.action(i) == DeviceAction.DUPLICATE_READ_ONLY) {
                i++;
            }
            if (i > at) {
                rooms.world.enter(agent);
                try {
                    all &= duplicator.run(agent, table, batch.address(at), i - at) == i - at;
                } finally {
                    rooms.world.exit(agent);
                }
            } else {
                i++;
            }
        }
        return all;
    }

    /** Mirrors what came along with the moved pages, and what was there already. */
    private void neighbours(DeviceTable table, int first, int next) {
        if (batch.action(first) != DeviceAction.MIGRATE || batch.window(first) <= 1) {
            return;
        }
        long bytes = (long) batch.window(first) * Pages.SIZE;
        Vma vma = table.space().vmas().find(batch.address(first));
        if (vma == null || !vma.protection().allows(Intent.READ)) {
            return;
        }
        long start = Math.max(vma.start(), batch.address(first) & -bytes);
        long end = Math.min(vma.end(), (batch.address(next - 1) & -bytes) + bytes);
        for (long at = start; at < end; at += Pages.LARGE_SIZE) {
            int pages = (int) (Math.min(end - at, Pages.LARGE_SIZE) >>> Pages.SHIFT);
            adopt(table, at, pages);
        }
    }

    private void oneByOne(DeviceTable table, int first, int next) {
        for (int i = first; i < next; i++) {
            Errno outcome = populate(table, batch.address(i), 1, batch.intent(i));
            if (outcome != Errno.OK && outcome != Errno.EBUSY) {
                cancel(i, i + 1, outcome);
            }
        }
    }

    private Errno populate(DeviceTable table, long start, int pages, Intent intent) {
        rooms.world.enter(agent);
        try {
            return ranges.populate(agent, table, start, pages, intent);
        } finally {
            rooms.world.exit(agent);
            rooms.cache.after(agent);
        }
    }

    private void adopt(DeviceTable table, long start, int pages) {
        rooms.world.enter(agent);
        try {
            ranges.adopt(agent, table, start, pages);
        } finally {
            rooms.world.exit(agent);
        }
    }

    private void cancel(int first, int next, Errno why) {
        for (int i = first; i < next; i++) {
            driver.cancel(batch.space(i), batch.address(i), why);
        }
    }
}

package moraine.bench;

import java.util.Objects;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.access.DeviceAccessImpl;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.RangeFault;
import moraine.core.impl.space.SpaceImpl;

/**
 * Moving pages to another node in batches of 64, mapped by a CPU and mirrored by a device, against copying as many
 * pages of 4 KiB. Pages lie in their memory as they were first touched, at random; both sides write to ascending ones.
 */
final class MigrationDuel implements Duel {
    private static final int BATCH = 64;
    private static final int PAGES = 1 << 14;
    private static final long BYTES = (long) PAGES << Pages.SHIFT;
    private static final FaultHandler NEVER = (address, intent) -> {
        throw new IllegalStateException("the mirror is filled, yet " + intent + " faulted");
    };

    private final Rig rig = Rig.of(Backing.BYTES, 2L * PAGES, 2L * PAGES);
    private final SpaceImpl space = rig.openSpace("moved");
    private final RangeFault ranges = new RangeFault(rig.rooms(), new CpuFaults(rig.rooms()));
    private final DeviceTable mirror;
    private final DeviceAccess block;
    private final CpuContext context;
    private final long[] order = new long[PAGES];
    private final Copies copies = new Copies(BYTES, Pages.SIZE);
    private long start;

    MigrationDuel() {
        rig.mirror(space, new PlayedDevice());
        mirror = Objects.requireNonNull(space.devices().table(Rig.DEVICE));
        block = new DeviceAccessImpl(rig.rooms(), mirror, NEVER);
        context = space.attach(Rig.CPU);
        for (int i = 0; i < PAGES; i++) {
            order[i] = (long) i << Pages.SHIFT;
        }
        Ranges.shuffle(order);
        start = space.mmap(MapRequest.anonymous(BYTES));
    }

    @Override
    public long operations() {
        return PAGES;
    }

    @Override
    public Side moraine() {
        return new Side() {
            @Override
            public void prepare() {
                remap();
            }

            @Override
            public void run() {
                move();
            }
        };
    }

    private void remap() {
        space.munmap(start, BYTES);
        start = space.mmap(MapRequest.anonymous(BYTES));
        for (long offset : order) {
            context.putLong(start + offset, offset);
        }
        Agent agent = rig.rooms().begin();
        try {
            for (long at = 0; at < BYTES; at += Pages.LARGE_SIZE) {
                Errno outcome = ranges.populate(agent, mirror, start + at, Pages.PER_LARGE, Intent.WRITE);
                if (outcome != Errno.OK) {
                    throw new IllegalStateException("the mirror was not filled: " + outcome);
                }
            }
        } finally {
            rig.rooms().done(agent);
        }
        if (block.getLong(start) != 0) {
            throw new IllegalStateException("the device does not see what the CPU wrote");
        }
    }

    private void move() {
        long moved = 0;
        for (long at = 0; at < BYTES; at += BATCH * (long) Pages.SIZE) {
            moved += space.migrate(start + at, BATCH * (long) Pages.SIZE, Rig.FAR, Cause.USER)
                    .movedPages();
        }
        if (moved != PAGES) {
            throw new IllegalStateException(moved + " of " + PAGES + " pages were moved");
        }
    }

    @Override
    public Side reference() {
        return copies;
    }

    @Override
    public void close() {
        copies.close();
        block.close();
        context.close();
        space.close();
        rig.close();
    }
}

package moraine.bench;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;

/** First touches of every page of {@link Ranges} on a rig, through the core's fault path. */
final class FirstTouches implements Side, AutoCloseable {
    private final Rig rig;
    private final SpaceImpl space;
    private final CpuFaults faults;
    private final Agent agent;
    private final long[] addresses = Ranges.shuffledPages();

    FirstTouches(Rig rig) {
        this.rig = rig;
        space = rig.openSpace("touched");
        faults = new CpuFaults(rig.rooms());
        agent = rig.rooms().newAgent();
        Ranges.map(space);
        // Mapping leaves the mappings far apart, between what was garbage at once; no machine that has run for a while
        // has them so.
        System.gc();
    }

    SpaceImpl space() {
        return space;
    }

    /** Clears the entries and frees the frames, as the twin does; the mappings stay. */
    @Override
    public void prepare() {
        Rooms rooms = rig.rooms();
        space.notifiers().start(Notifiers.Event.CLEAR, 0, Pages.ADDRESS_LIMIT);
        for (long address : addresses) {
            long entry = space.table().get(address);
            if (Pte.maps(entry) && space.table().replace(address, entry, Pte.NONE)) {
                rooms.frames.dropMapping(Pte.pfn(entry), 1);
                if (rooms.frames.put(Pte.pfn(entry)) == 0) {
                    rooms.allocator.free(agent.worker(), Pte.pfn(entry));
                }
            }
        }
        space.notifiers().end();
    }

    @Override
    public void run() {
        for (long address : addresses) {
            Errno outcome = faults.resolve(agent, space, address, Intent.WRITE, Rig.CPU);
            if (outcome != Errno.OK) {
                throw new IllegalStateException("fault at 0x" + Long.toHexString(address) + " ended with " + outcome);
            }
        }
    }

    @Override
    public void close() {
        rig.rooms().retire(agent);
        space.close();
        rig.close();
    }
}

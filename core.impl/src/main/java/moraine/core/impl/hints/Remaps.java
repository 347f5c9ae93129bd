package moraine.core.impl.hints;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.RangeFault;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Gives devices translations again after pages moved that they are advised to access. Ranges wait in a bounded ring for
 * an actor, which is started by the first such advice; what finds no room is left to the device's next fault.
 */
public final class Remaps {
    /** Ranges that wait at most; a power of two. */
    private static final int ROOM = 1024;

    private final Rooms rooms;
    private final Spaces spaces;
    private final RangeFault ranges;
    private final int[] owners = new int[ROOM];
    private final byte[] devices = new byte[ROOM];
    private final long[] starts = new long[ROOM];
    private final long[] ends = new long[ROOM];
    private int first;
    private int size;
    private volatile @Nullable Actor actor;
    private boolean closed;

    public Remaps(Rooms rooms, CpuFaults faults, Spaces spaces) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.ranges = new RangeFault(rooms, faults);
    }

    /** Makes the actor unless there is one. */
    synchronized void start() {
        if (actor == null && !closed) {
            int node = rooms.home(rooms.topology.profile().nodes().getFirst().id());
            actor = rooms.actors.start("moraine-hints", node, _ -> step());
        }
    }

    /** Queues a range; never waits for the actor. */
    void add(int space, int device, long start, long end) {
        Actor mine = actor;
        if (mine == null) {
            return;
        }
        synchronized (this) {
            if (size == ROOM) {
                return;
            }
            int at = first + size & ROOM - 1;
            owners[at] = space;
            devices[at] = (byte) device;
            starts[at] = start;
            ends[at] = end;
            size++;
        }
        mine.wake();
    }

    private Step.Progress step() {
        int space;
        int device;
        long start;
        long end;
        synchronized (this) {
            if (size == 0) {
                return Step.Progress.IDLE;
            }
            space = owners[first];
            device = devices[first];
            start = starts[first];
            end = ends[first];
            first = first + 1 & ROOM - 1;
            size--;
        }
        SpaceImpl owner = spaces.byId(space);
        if (owner != null) {
            Agent agent = rooms.begin();
            try {
                agent.count(Stat.HINTS_REMAPPED, hinted(agent, owner, device, start, end));
            } finally {
                rooms.done(agent);
            }
        }
        return Step.Progress.MORE;
    }

    /** Maps what a device is advised to access of a range. @return pages mapped */
    private long hinted(Agent agent, SpaceImpl space, int device, long start, long end) {
        long mapped = 0;
        for (long from = start; from < end; ) {
            long to = space.hints().until(from, end);
            if (space.hints().accessedBy(device, from, to)) {
                mapped += map(agent, space, device, from, to);
            }
            from = to;
        }
        return mapped;
    }

    /**
     * Gives a device translations of the pages of a range that it can reach where they are.
     *
     * @return pages that were there to be mapped; 0 when the device is not attached to the space
     */
    long map(Agent agent, SpaceImpl space, int device, long start, long end) {
        DeviceTable table = space.devices().table(device);
        long mapped = 0;
        for (long from = start; table != null && from < end; ) {
            long to = from;
            long limit = Math.min(end, (from & -Pages.LARGE_SIZE) + Pages.LARGE_SIZE);
            while (to < limit && reachable(space, device, to)) {
                to += Pages.SIZE;
            }
            if (to > from) {
                ranges.populate(agent, table, from, (int) (to - from >>> Pages.SHIFT), Intent.READ);
                mapped += to - from >>> Pages.SHIFT;
            }
            from = Math.max(to, from + Pages.SIZE);
        }
        return mapped;
    }

    private boolean reachable(SpaceImpl space, int device, long address) {
        Vma vma = space.vmas().find(address);
        if (vma == null || !vma.protection().allows(Intent.READ)) {
            return false;
        }
        long entry = space.table().get(address);
        return switch (Pte.kind(entry)) {
            case Pte.PRESENT, Pte.NUMA_HINT, Pte.HINT -> true;
            case Pte.DEVICE_PRIVATE -> rooms.frames.node(Pte.pfn(entry)) == device;
            default -> false;
        };
    }

    /** Ends the actor. */
    synchronized void end() {
        closed = true;
        size = 0;
    }

    public void close() {
        end();
        Actor mine = actor;
        if (mine != null) {
            mine.stop();
            if (!rooms.environment.clock().virtual()) {
                rooms.actors.await(mine::done, 1_000_000_000L);
            }
        }
    }
}

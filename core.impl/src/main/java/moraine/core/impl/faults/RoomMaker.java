package moraine.core.impl.faults;

import moraine.core.api.policy.Pressure;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.migration.Evictor;

/** Makes room on a device: the policy's victims first, then the clock's. Confined to the device's host actor. */
final class RoomMaker implements Pressure {
    private static final int MAX = 512;

    private final Rooms rooms;
    private final PolicyCalls calls;
    private final int node;
    private final Evictor evictor;
    /** Pages to evict at least at a time, so that the next faults find room; of a small device a quarter. */
    private final int least;

    private final long[] named = new long[MAX];
    private int count;
    private long wanted;

    RoomMaker(Rooms rooms, PolicyCalls calls, int node) {
        this.rooms = rooms;
        this.calls = calls;
        this.node = node;
        this.evictor = new Evictor(rooms);
        this.least = rooms.tuning.evictLeastPages;
    }

    /**
     * Tries to free pages. Called within the world, which the policy's callback leaves.
     *
     * @param sparedSinceNs pages that came since then stay
     * @return whether any were freed
     */
    boolean makeRoom(Agent agent, int pages, long sparedSinceNs) {
        evictor.spare(sparedSinceNs);
        int target = (int) Math.max(pages, Math.min(least, rooms.allocator.capacity(node) / 4));
        wanted = target;
        count = 0;
        rooms.world.exit(agent);
        try {
            calls.pressure(this);
        } finally {
            rooms.world.enter(agent);
        }
        int left = evictor.evictFrames(agent, node, named, count, target);
        if (left < target) {
            left += evictor.evict(agent, node, target - left);
        }
        return left > 0;
    }

    @Override
    public int node() {
        return node;
    }

    @Override
    public long wantedPages() {
        return wanted;
    }

    @Override
    public void evict(long pfn) {
        if (count < MAX) {
            named[count++] = pfn;
        }
    }
}

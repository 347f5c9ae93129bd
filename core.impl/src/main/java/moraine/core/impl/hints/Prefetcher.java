package moraine.core.impl.hints;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.History;
import moraine.core.impl.migration.Evictor;
import moraine.core.impl.space.SpaceImpl;

/**
 * Moves ranges to a node ahead of their use, a region of 2 MiB at a time. A full device makes room once a region, of
 * pages that were there before the call; so a call ends, however large its range is.
 */
final class Prefetcher {
    private final Rooms rooms;
    private final Remaps remaps;

    Prefetcher(Rooms rooms, Remaps remaps) {
        this.rooms = rooms;
        this.remaps = remaps;
    }

    void prefetch(SpaceImpl space, long start, long end, int node) {
        int mover = rooms.movers.intern("application");
        boolean device = rooms.topology.kind(node) == NodeKind.DEVICE;
        var evictor = new Evictor(rooms);
        evictor.spare(History.floor(rooms.nowNs()));
        Agent agent = rooms.begin();
        try {
            long moved = 0;
            for (long from = start; from < end; ) {
                long to = Math.min(end, (from & -Pages.LARGE_SIZE) + Pages.LARGE_SIZE);
                int came = move(agent, space, from, to, node, mover);
                int lacking =
                        (int) (to - from >>> Pages.SHIFT) - came - agent.batch().already();
                if (device && agent.batch().full() && evictor.evict(agent, node, lacking) > 0) {
                    came += move(agent, space, from, to, node, mover);
                }
                if (device) {
                    remaps.map(agent, space, node, from, to);
                }
                moved += came;
                from = to;
            }
            if (moved > 0) {
                rooms.events.record(Event.Kind.MIGRATION, node, space.id(), start, moved, Cause.PREFETCH);
            }
        } finally {
            rooms.done(agent);
        }
    }

    private int move(Agent agent, SpaceImpl space, long start, long end, int node, int mover) {
        long stamp = space.lockShared();
        try {
            if (space.closed()) {
                return 0;
            }
            agent.batch()
                    .order()
                    .to(node, Reason.USER_MIGRATE, Cause.PREFETCH, mover)
                    .withHoles();
            return agent.batch().moveRange(space, start, end);
        } finally {
            space.unlockShared(stamp);
        }
    }
}

package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.host.PolicyMoves;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;

/** Moves ranges because an application or a policy asked for it, as many pages a batch as there are slots. */
public final class RequestedMoves implements PolicyMoves {
    private final Rooms rooms;
    private final Spaces spaces;

    public RequestedMoves(Rooms rooms, Spaces spaces) {
        this.rooms = rooms;
        this.spaces = spaces;
    }

    @Override
    public int move(int spaceId, long address, long bytes, int node, Cause cause, int mover) {
        SpaceImpl space = spaces.byId(spaceId);
        if (space == null || bytes <= 0 || address < 0 || address + bytes > Pages.ADDRESS_LIMIT) {
            return 0;
        }
        return (int) move(space, address, bytes, node, cause, Reason.POLICY_MIGRATE, mover)
                .movedPages();
    }

    @Override
    public void lack(int spaceId, long pages, int node) {
        SpaceImpl space = spaces.byId(spaceId);
        if (space != null && pages > 0 && rooms.topology.exists(node)) {
            rooms.allocator.lack(space.tenant(), node, pages);
        }
    }

    /** Moves what can be moved of a range. */
    public MigrationReport move(
            SpaceImpl space, long address, long bytes, int node, Cause cause, Reason reason, int mover) {
        long moved = 0;
        long already = 0;
        Agent agent = rooms.begin();
        long stamp = space.lockShared();
        try {
            if (!space.closed()) {
                Order order = agent.batch().order().to(node, reason, cause, mover);
                if (reason == Reason.USER_MIGRATE) {
                    order.insisting();
                }
                moved = agent.batch().moveRange(space, address, address + bytes);
                already = agent.batch().already();
            }
        } finally {
            space.unlockShared(stamp);
            rooms.done(agent);
        }
        long requested = Pages.count(bytes);
        return new MigrationReport(requested, moved, already, requested - moved - already);
    }
}

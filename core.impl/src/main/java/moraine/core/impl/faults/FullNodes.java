package moraine.core.impl.faults;

import moraine.core.api.model.Errno;
import moraine.core.api.model.WhenFull;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.allocator.Zonelists;
import moraine.core.impl.space.SpaceImpl;

/**
 * Allocates a page for a touch, and does what the representation asks for when the node that was wanted is full: makes
 * room there before the page spills or the touch fails, and ends a space that asks for more than it is bound to.
 *
 * <p>It ends: each of a few rounds looks at every frame of the node at most twice, takes nothing from the reserve and
 * waits for nobody who waits for pages; after the last one the page is where the zonelist led, or the touch fails. The
 * caller holds the space shared and references at most.
 */
@SuppressWarnings("EnumOrdinal")
final class FullNodes {
    /** Rounds of making room; others may take what one made. */
    private static final int ROUNDS = 4;
    /** Pages that a round makes room for, so that the next touches find some; of a small node a quarter. */
    private static final int ROOM = 64;

    private static final int NOMEM = Errno.ENOMEM.ordinal();

    private final Allocator allocator;

    FullNodes(Rooms rooms) {
        this.allocator = rooms.allocator;
    }

    /** As {@link Allocator#allocate} with the agent's request; also SIGKILL when the space is at its end. */
    long allocate(Agent agent, SpaceImpl space, AllocRequest request) {
        Zonelists lists = allocator.zonelists();
        if (lists.passesOn()) {
            return allocator.allocate(agent.worker(), request, 0);
        }
        agent.worker().missed = -1;
        long pfn = allocator.allocate(agent.worker(), request, 0);
        int full = agent.worker().missed;
        WhenFull rule = lists.whenFull(full);
        return rule == WhenFull.FAIL ? pfn : afterRoom(agent, space, request, pfn, full, rule);
    }

    private long afterRoom(Agent agent, SpaceImpl space, AllocRequest request, long first, int full, WhenFull rule) {
        var asked = agent.worker().spare.set(request);
        int room = Math.clamp(allocator.capacity(full) / 4, 1, ROOM);
        long pfn = first;
        for (int round = 0; round < ROUNDS && agent.worker().missed == full; round++) {
            if (agent.evictor().reclaim(agent, full, room) == 0) {
                break;
            }
            if (pfn >= 0) {
                agent.put(pfn);
            }
            agent.worker().missed = -1;
            pfn = allocator.allocate(agent.worker(), request.set(asked), 0);
        }
        if (pfn == -NOMEM && rule == WhenFull.END) {
            space.kill(agent, full);
            return -Errno.SIGKILL.ordinal();
        }
        return pfn;
    }
}

package moraine.core.impl.faults;

import moraine.core.api.model.WhenFull;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.allocator.Zonelists;

/**
 * Allocates a page for a touch, and does what the representation asks for when the node that was wanted is full: makes
 * room there before the page spills or the touch fails. Whether a touch that fails ends its space is decided when
 * nothing else helped, see {@link moraine.core.impl.reclaim.DirectReclaim}.
 *
 * <p>It ends: each of a few rounds looks at every frame of the node at most twice, takes nothing from the reserve and
 * waits for nobody who waits for pages; after the last one the page is where the zonelist led, or the touch fails. The
 * caller holds the space and references at most.
 */
final class FullNodes {
    /** Rounds of making room; others may take what one made. */
    private static final int ROUNDS = 4;
    /** Rounds in a row that free nothing; after the first, others who held the pages may have made the room. */
    private static final int MOST_VAIN = 2;
    /** Pages that a round makes room for, so that the next touches find some; of a small node a quarter. */
    private static final int ROOM = 64;

    private final Allocator allocator;

    FullNodes(Rooms rooms) {
        this.allocator = rooms.allocator;
    }

    /** As {@link Allocator#allocate} with the agent's request. */
    long allocate(Agent agent, AllocRequest request) {
        Zonelists lists = allocator.zonelists();
        if (lists.passesOn()) {
            return allocator.allocate(agent.worker(), request, 0);
        }
        agent.worker().missed = -1;
        long pfn = allocator.allocate(agent.worker(), request, 0);
        int full = agent.worker().missed;
        return lists.whenFull(full) == WhenFull.FAIL ? pfn : afterRoom(agent, request, pfn, full);
    }

    private long afterRoom(Agent agent, AllocRequest request, long first, int full) {
        var asked = agent.worker().spare.set(request);
        int room = Math.clamp(allocator.capacity(full) / 4, 1, ROOM);
        long pfn = first;
        int vain = 0;
        for (int round = 0; round < ROUNDS && agent.worker().missed == full; round++) {
            vain = agent.evictor().reclaim(agent, full, room) > 0 ? 0 : vain + 1;
            if (vain == MOST_VAIN) {
                break;
            }
            if (pfn >= 0) {
                agent.put(pfn);
            }
            agent.worker().missed = -1;
            pfn = allocator.allocate(agent.worker(), request.set(asked), 0);
        }
        return pfn;
    }
}

package moraine.core.impl.migration;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Reserve;
import moraine.core.impl.space.SpaceImpl;

/**
 * Finds a destination for each slot, of the source's size. A slot that gets none is given up here, before anything was
 * announced or changed; one of a folio is left to {@link Pieces}. Destinations are locked, so that nobody evicts or
 * converts a page that is not mapped yet.
 */
final class AllocateStep extends SlotStep {
    /** What a page got is of a type that may not hold it. */
    private static final long UNFIT = Long.MIN_VALUE;

    private final Pieces pieces;
    private final Selection selection;

    AllocateStep(Rooms rooms, Agent agent, Order order, Slots slots, Pieces pieces, Selection selection) {
        super(rooms, agent, order, slots);
        this.selection = selection;
        this.pieces = pieces;
    }

    /** {@return slots that have a destination} */
    int run() {
        rooms.points.reach(Point.MIGRATE_CHOSEN);
        int found = 0;
        for (int slot = 0; slot < slots.size; slot++) {
            long pfn = destination(slot);
            if (pfn >= 0) {
                slots.targets[slot] = pfn;
                found++;
            } else {
                refused(slot, pfn != UNFIT);
            }
        }
        return found;
    }

    /** {@return a locked page for a slot, or a negative number} */
    private long destination(int slot) {
        int folio = slots.pages[slot] > 1 ? Pages.LARGE_ORDER : 0;
        long pfn = rooms.allocator.allocate(agent.worker(), request(slot), folio);
        if (pfn < 0) {
            return pfn;
        }
        lock(pfn);
        if (slots.sources[slot] < 0 || selection.fits(slots.sources[slot], pfn)) {
            return pfn;
        }
        agent.letGo(pfn);
        return UNFIT;
    }

    private AllocRequest request(int slot) {
        AllocRequest request = agent.worker().request;
        request.reset(order.reason, Intent.WRITE, order.initiator, tenant(slot));
        if (order.target < 0 && request.reserve == Reserve.NONE && order.reason != Reason.DEMOTION) {
            request.reserve = Reserve.BRING_BACK;
        }
        if (order.target >= 0) {
            request.namedNode = order.target;
            request.explicitMask = 1L << order.target;
            request.maySpill = false;
        }
        return request;
    }

    /** {@return who pays: whose page it is, or whose it is going to be} */
    private int tenant(int slot) {
        long source = slots.sources[slot];
        SpaceImpl space = slots.space;
        return source >= 0 || space == null ? frames.tenant(source) : space.tenant();
    }

    /** Locks a page that is nobody's yet. Who holds it came by an old number, finds no owner, and lets go. */
    private void lock(long pfn) {
        for (int turn = 0; !frames.tryLock(pfn); turn++) {
            rooms.actors.pause(turn);
        }
    }

    /** @param lack whether memory is missing, which a folio's pages or an eviction may yet find */
    private void refused(int slot, boolean lack) {
        boolean held = slots.states[slot] == Slots.COLLECTED;
        slots.states[slot] = Slots.GIVEN_UP;
        if (lack && slots.pages[slot] > 1) {
            pieces.add(slots.addresses[slot], slots.sources[slot]);
            return;
        }
        if (held) {
            agent.letGo(slots.sources[slot]);
        }
        slots.full |= lack;
        agent.count(Stat.MIGRATE_FAILED, slots.pages[slot]);
    }
}

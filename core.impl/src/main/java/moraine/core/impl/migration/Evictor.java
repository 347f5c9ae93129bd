package moraine.core.impl.migration;

import java.util.concurrent.atomic.AtomicLongArray;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.rmap.MemoryObject;

/**
 * Takes pages off a node from its physical pages only; needs no lock of a space.
 *
 * <p>Victims come from a clock over the node's frames: a young page loses its mark and is passed over once. Each call
 * looks at every frame at most twice and then gives up, and it ends with the first batch of victims none of which found
 * a destination, so that a requester never hangs; destinations come from the reserve, the lower half of which is open
 * to eviction only. For one thread at a time; a call allocates nothing but its place in the clock.
 */
public final class Evictor {
    private final Rooms rooms;
    private final Frames frames;
    private final int batch;
    /** Nodes that are no device's. */
    private final long ram;

    private final long[] victims = new long[Pages.PER_LARGE];
    private final AtomicLongArray hands = new AtomicLongArray(64);
    private long sparedSinceNs = Long.MAX_VALUE;
    /* Of the current call: why, the victims held and their pages, pages moved or dropped, duplicates dropped. */
    private Reason reason = Reason.EVICTION;
    private Cause cause = Cause.EVICTION;
    private int held;
    private int heldPages;
    private int moved;
    private int duplicates;

    public Evictor(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.batch = rooms.tuning.evictBatchFolios;
        this.ram = rooms.topology.ofKind(NodeKind.CPU, NodeKind.MEMORY).bits();
    }

    /** Pages that came to their node since then are no victims, except when the node goes away. */
    public void spare(long sinceNs) {
        sparedSinceNs = sinceNs;
    }

    /**
     * Moves pages off a node to make room.
     *
     * @return pages that left
     */
    public int evict(Agent agent, int node, int wanted) {
        return drive(agent, node, wanted, Reason.EVICTION, Cause.EVICTION, 2 * rooms.allocator.capacity(node));
    }

    /**
     * Moves reclaimable pages off a node for a touch that found it full. It takes nothing from the reserve, and passes
     * over pages whose tenants may go nowhere else.
     *
     * @return pages that left
     */
    public int reclaim(Agent agent, int node, int wanted) {
        return drive(agent, node, wanted, Reason.DEMOTION, Cause.EVICTION, 2 * rooms.allocator.capacity(node));
    }

    /**
     * Moves pages off a node that stays, because its driver asks for it.
     *
     * @param budget frames to look at
     * @return pages that left
     */
    public int clear(Agent agent, int node, int budget) {
        return drive(agent, node, Integer.MAX_VALUE, Reason.EVICTION, Cause.DRIVER, budget);
    }

    /**
     * Moves pages off a node that goes away.
     *
     * @param budget frames to look at
     * @return pages that left
     */
    public int evacuate(Agent agent, int node, int budget) {
        return drive(agent, node, Integer.MAX_VALUE, Reason.REMOVAL, Cause.REMOVAL, budget);
    }

    /**
     * Moves pages off a node that somebody names by frame, in any order, as far as they can be moved now (Linux
     * migrate_device_pfns). They go in batches of up to 512, each with its copies sorted.
     *
     * @param wanted pages that are enough
     * @return pages that left
     */
    public int evictFrames(Agent agent, int node, long[] pfns, int count, int wanted) {
        begin(Reason.EVICTION, Cause.EVICTION);
        for (int i = 0; i < count && left() + heldPages < wanted; i++) {
            if (victim(agent, node, pfns[i])) {
                take(pfns[i]);
            }
            if (held == victims.length) {
                move(agent, node);
            }
        }
        move(agent, node);
        return left();
    }

    /**
     * Moves the pages of a run of frames off their node, as far as they can be moved now; needs no address of any
     * (Linux migrate_device_range).
     *
     * @return pages that left
     */
    public int evictRange(Agent agent, int node, long firstPfn, int count) {
        int left = 0;
        long[] run = new long[Math.min(count, Pages.PER_LARGE)];
        for (int done = 0; done < count; done += run.length) {
            int some = Math.min(run.length, count - done);
            for (int i = 0; i < some; i++) {
                run[i] = firstPfn + done + i;
            }
            left += evictFrames(agent, node, run, some, Integer.MAX_VALUE);
        }
        return left;
    }

    private boolean victim(Agent agent, int node, long pfn) {
        return frames.exists(pfn) && frames.node(pfn) == node && !spared(pfn) && hold(agent, pfn, true);
    }

    private int drive(Agent agent, int node, int wanted, Reason why, Cause becauseOf, long budget) {
        begin(why, becauseOf);
        boolean all = becauseOf != Cause.EVICTION;
        FrameCursor cursor = new FrameCursor(frames, node, hands.get(node));
        for (long looked = 0; looked < budget && left() + heldPages < wanted; looked++) {
            long pfn = cursor.next();
            if (pfn < 0) {
                break;
            }
            if ((all || !spared(pfn)) && hold(agent, pfn, all)) {
                take(pfn);
            }
            if (held == batch && move(agent, node) == 0 && agent.batch().full()) {
                break;
            }
        }
        move(agent, node);
        hands.set(node, cursor.position());
        return left();
    }

    private void begin(Reason why, Cause becauseOf) {
        reason = why;
        cause = becauseOf;
        held = 0;
        heldPages = 0;
        moved = 0;
        duplicates = 0;
    }

    /** {@return pages that left since the beginning} */
    private int left() {
        return moved + duplicates;
    }

    private void take(long pfn) {
        victims[held++] = pfn;
        heldPages += 1 << frames.order(pfn);
    }

    private boolean spared(long pfn) {
        return History.sinceNs(frames.history(pfn)) >= sparedSinceNs;
    }

    /** Moves the victims that are held, or drops those whose content nobody needs. @return pages that left */
    private int move(Agent agent, int node) {
        if (held == 0) {
            return 0;
        }
        rooms.points.reach(Point.EVICT_HELD);
        int gone = dropLazy(agent);
        int mover = rooms.regimes.current().mover();
        agent.batch().order().off(rooms.home(node), reason, cause, mover);
        gone += held == 0 ? 0 : agent.batch().moveFrames(victims, held);
        if (gone > 0) {
            rooms.events.record(Event.Kind.EVICTION, node, -1, 0, gone, cause);
        }
        held = 0;
        heldPages = 0;
        moved += gone;
        return gone;
    }

    /** Drops the victims whose content nobody needs; the others stay held. @return pages dropped */
    private int dropLazy(Agent agent) {
        int dropped = 0;
        int kept = 0;
        for (int i = 0; i < held; i++) {
            if (rooms.lazyPages.lazy(victims[i])) {
                dropped += rooms.lazyPages.drop(agent, victims[i]);
            } else {
                victims[kept++] = victims[i];
            }
        }
        held = kept;
        return dropped;
    }

    /** Takes reference and lock of a folio that may be evicted. */
    private boolean hold(Agent agent, long pfn, boolean evenYoung) {
        if (frames.isTail(pfn) || frames.refs(pfn) == 0) {
            return false;
        }
        if (!evenYoung && frames.testAndClearYoung(pfn)) {
            return false;
        }
        if (!used(pfn)) {
            duplicates += rooms.duplicates.evict(pfn) ? 1 : 0;
            return false;
        }
        if (!mayLeave(frames.type(pfn)) || frames.flag(pfn, Frames.UNEVICTABLE)) {
            return false;
        }
        rooms.points.reach(Point.FRAME_LOOKED_UP);
        if (!frames.getUnlessZero(pfn)) {
            return false;
        }
        if (!frames.isTail(pfn) && frames.tryLock(pfn)) {
            boolean pinned = frames.flag(pfn, Frames.PINNED);
            if (!pinned && used(pfn) && frames.object(pfn) != 0 && mayGo(pfn)) {
                return true;
            }
            agent.count(Stat.PINNED_REFUSED, pinned ? 1L << frames.order(pfn) : 0);
            frames.unlock(pfn);
        }
        agent.put(pfn);
        return false;
    }

    private boolean mayLeave(int type) {
        return rooms.types.has(type, Attribute.MOVABLE)
                && (reason != Reason.DEMOTION || rooms.types.has(type, Attribute.RECLAIMABLE));
    }

    /** {@return whether its tenant may have it in other RAM} Eviction asks no tenant, reclaim for a touch does. */
    private boolean mayGo(long pfn) {
        return reason != Reason.DEMOTION
                || (rooms.tenants.allowedMask(frames.tenant(pfn)) & ram & ~(1L << frames.node(pfn))) != 0;
    }

    /** {@return whether an entry maps it, or shared memory or the page cache keeps it} */
    private boolean used(long pfn) {
        if (frames.mappings(pfn) > 0) {
            return true;
        }
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        return object != null && object.shared();
    }
}

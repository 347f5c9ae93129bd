package moraine.core.impl.daemon;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.Spaces;
import org.jspecify.annotations.Nullable;

/**
 * Scans frames and moves folios by frame number for one daemon. What may happen to a page is asked of the type of its
 * memory, of its tenant and of its record, never of a mapping.
 */
public final class FrameWork implements DaemonRoom {
    /** Folios moved at once, whose locks are held together. */
    private static final int BATCH = 64;

    private final Rooms rooms;
    private final Frames frames;
    private final Agent agent;
    private final Census census;
    private final FallbackReader fallbacks;
    private final FrameScan scan;
    private final long[] heads = new long[BATCH];

    /** @param initiator node whose processors do it */
    public FrameWork(Rooms rooms, Spaces spaces, int initiator) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.agent = rooms.newAgent(initiator);
        this.census = new Census(rooms, spaces, initiator);
        this.fallbacks = new FallbackReader(rooms.allocator);
        this.scan = new FrameScan(rooms, spaces, census, initiator);
    }

    @Override
    public int scan(int node, Attribute service, FolioList into, long endNs) {
        rooms.topology.node(node);
        rooms.world.enter(agent);
        try {
            into.clear(node, service);
            return scan.run(agent, into, endNs);
        } finally {
            rooms.world.exit(agent);
        }
    }

    @Override
    public int fallbacks(FallbackList into) {
        return fallbacks.read(into);
    }

    @Override
    public boolean census(int node, OwnerList into, long endNs) {
        rooms.topology.node(node);
        rooms.world.enter(agent);
        try {
            return census.run(node, into, endNs);
        } finally {
            rooms.world.exit(agent);
        }
    }

    @Override
    public @Nullable String refusal(int node, Cause cause) {
        Reason reason = reason(cause);
        String type = rooms.types.type(typeOf(node)).name();
        boolean open = rooms.topology.kind(node) != NodeKind.DEVICE
                || rooms.types.has(typeOf(node), Attribute.DEMOTION_TARGET);
        return open
                ? null
                : reason + " to node " + node + ", whose memory " + type + " is not " + Attribute.DEMOTION_TARGET;
    }

    private int typeOf(int node) {
        rooms.topology.node(node);
        return rooms.regimes.current().typeOfNode(node);
    }

    private static Reason reason(Cause cause) {
        if (cause == Cause.DEMOTION || cause == Cause.YIELD) {
            return Reason.DEMOTION;
        }
        throw MoraineException.caller(
                Errno.EINVAL,
                "a daemon moves no page because of " + cause + "; name " + Cause.DEMOTION + " or " + Cause.YIELD);
    }

    @Override
    public int move(FolioList folios, int node, Cause cause, int mover, long mostPages) {
        if (rooms.allocator.capacity(node) == 0 || folios.node() == node) {
            return 0;
        }
        Reason reason = reason(cause);
        rooms.world.enter(agent);
        try {
            int moved = 0;
            long left = mostPages;
            int held = 0;
            for (int i = 0; i < folios.size(); ) {
                int pages = folios.pages(i);
                if (pages > left || !mayGo(folios, i, node)) {
                    i++;
                    continue;
                }
                if (hold(folios, i)) {
                    heads[held++] = folios.pfn(i);
                    left -= pages;
                }
                folios.remove(i);
                if (held == BATCH) {
                    moved += move(held, node, reason, cause, mover);
                    held = 0;
                }
            }
            return moved + move(held, node, reason, cause, mover);
        } finally {
            rooms.world.exit(agent);
        }
    }

    private int move(int held, int node, Reason reason, Cause cause, int mover) {
        if (held == 0) {
            return 0;
        }
        agent.batch().order().to(node, reason, cause, mover);
        int moved = agent.batch().moveFrames(heads, held);
        if (moved > 0) {
            count(cause, moved);
            rooms.events.record(Event.Kind.MIGRATION, node, -1, 0, moved, cause);
        }
        return moved;
    }

    private void count(Cause cause, int moved) {
        if (cause == Cause.YIELD) {
            agent.count(Stat.YIELDED, moved);
            return;
        }
        agent.count(Stat.PGDEMOTE, moved);
        agent.count(Stat.PGSTEAL, moved);
    }

    /** A 2 MiB folio may be of a mapping that knows no other pages, which no device's memory holds. */
    private boolean mayGo(FolioList folios, int index, int node) {
        boolean device = rooms.topology.kind(node) == NodeKind.DEVICE;
        return (rooms.tenants.allowedMask(folios.tenant(index)) >>> node & 1) != 0
                && (folios.anonymous(index) || rooms.types.has(typeOf(node), Attribute.FILE_BACKABLE))
                && !(device && folios.pages(index) > 1);
    }

    /** Takes reference and lock of a folio that still is the page that was met, and may leave. */
    private boolean hold(FolioList folios, int index) {
        long pfn = folios.pfn(index);
        if (!frames.exists(pfn) || frames.isTail(pfn) || !frames.hold(pfn)) {
            return false;
        }
        if (same(folios, index, pfn) && leaves(pfn, folios.service())) {
            return true;
        }
        agent.letGo(pfn);
        return false;
    }

    private boolean same(FolioList folios, int index, long pfn) {
        return !frames.isTail(pfn)
                && frames.node(pfn) == folios.node()
                && frames.word1(pfn) == folios.identity(index)
                && 1 << frames.order(pfn) == folios.pages(index)
                && frames.tenant(pfn) == folios.tenant(index);
    }

    private boolean leaves(long pfn, Attribute service) {
        if (frames.flag(pfn, Frames.PINNED)) {
            agent.count(Stat.PINNED_REFUSED, 1L << frames.order(pfn));
            return false;
        }
        int type = frames.type(pfn);
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        return rooms.types.movable(type)
                && rooms.types.has(type, service)
                && !frames.flag(pfn, Frames.UNEVICTABLE | Frames.WRITEBACK)
                && object != null
                && (frames.mappings(pfn) > 0 || object.shared());
    }

    @Override
    public void close() {
        rooms.retire(agent);
    }
}

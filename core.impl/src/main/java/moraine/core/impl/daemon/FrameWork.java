package moraine.core.impl.daemon;

import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;
import moraine.core.api.model.NodeKind;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.merge.Merging;
import moraine.core.impl.reclaim.Reclaimer;
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
    private final HintWork hints;
    private final Reclaimer reclaimer;
    private final long[] heads = new long[BATCH];

    /** @param initiator node whose processors do it */
    public FrameWork(Rooms rooms, Spaces spaces, int initiator) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.agent = rooms.newAgent(initiator);
        this.census = new Census(rooms, spaces, initiator);
        this.fallbacks = new FallbackReader(rooms.allocator);
        this.scan = new FrameScan(rooms, spaces, census, initiator);
        this.hints = new HintWork(rooms, agent);
        this.reclaimer = new Reclaimer(rooms, agent);
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
        Attribute needed = MoveRule.of(cause).needed();
        String type = rooms.types.type(typeOf(node)).name();
        boolean open = rooms.topology.kind(node) != NodeKind.DEVICE || rooms.types.has(typeOf(node), needed);
        return open ? null : cause + " to node " + node + ", whose memory " + type + " is not " + needed;
    }

    private int typeOf(int node) {
        rooms.topology.node(node);
        return rooms.regimes.current().typeOfNode(node);
    }

    @Override
    public int move(FolioList folios, int node, Cause cause, int mover, long mostPages) {
        if (rooms.allocator.capacity(node) == 0) {
            return 0;
        }
        MoveRule rule = MoveRule.of(cause);
        rooms.world.enter(agent);
        try {
            int moved = 0;
            long left = mostPages;
            int held = 0;
            for (int i = 0; i < folios.size(); ) {
                int pages = folios.pages(i);
                if (pages > left || folios.node(i) == node || !mayGo(folios, i, node)) {
                    i++;
                    continue;
                }
                rule.asked(agent, pages);
                if (hold(folios, i, rule)) {
                    heads[held++] = folios.pfn(i);
                    left -= pages;
                }
                folios.remove(i);
                if (held == BATCH) {
                    moved += move(held, node, rule, mover);
                    held = 0;
                }
            }
            return moved + move(held, node, rule, mover);
        } finally {
            rooms.world.exit(agent);
        }
    }

    @Override
    public int reclaim(FolioList folios, long mostPages, long endNs) {
        int gone = 0;
        reclaimer.begin();
        rooms.world.enter(agent);
        try {
            long left = mostPages;
            for (int i = 0; i < folios.size() && rooms.nowNs() < endNs; ) {
                int pages = folios.pages(i);
                if (pages > left) {
                    i++;
                    continue;
                }
                if (hold(folios, i)) {
                    gone += reclaimer.take(folios.pfn(i));
                    left -= pages;
                }
                folios.remove(i);
            }
        } finally {
            gone += reclaimer.end();
            agent.count(Stat.PGSTEAL, gone);
            rooms.world.exit(agent);
        }
        reclaimer.writeBack();
        return gone;
    }

    private int move(int held, int node, MoveRule rule, int mover) {
        if (held == 0) {
            return 0;
        }
        agent.batch().order().to(node, rule.reason(), rule.cause(), mover);
        int moved = agent.batch().moveFrames(heads, held);
        if (moved > 0) {
            rule.moved(agent, moved);
            rooms.events.record(Event.Kind.MIGRATION, node, -1, 0, moved, rule.cause());
        }
        return moved;
    }

    /** A 2 MiB folio may be of a mapping that knows no other pages, which no device's memory holds. */
    private boolean mayGo(FolioList folios, int index, int node) {
        boolean device = rooms.topology.kind(node) == NodeKind.DEVICE;
        return (rooms.tenants.allowedMask(folios.tenant(index)) >>> node & 1) != 0
                && (folios.anonymous(index) || rooms.types.has(typeOf(node), Attribute.FILE_BACKABLE))
                && !(device && folios.pages(index) > 1);
    }

    /** The same for a folio that may also leave for a cause. */
    private boolean hold(FolioList folios, int index, MoveRule rule) {
        if (!hold(folios, index)) {
            return false;
        }
        if (rule.leaves(rooms.types, frames.type(folios.pfn(index)))) {
            return true;
        }
        agent.letGo(folios.pfn(index));
        return false;
    }

    /** Takes reference and lock of a folio that still is the page that was met, and may leave. */
    private boolean hold(FolioList folios, int index) {
        long pfn = folios.pfn(index);
        if (!frames.exists(pfn) || frames.isTail(pfn) || !frames.hold(pfn)) {
            return false;
        }
        if (folios.isStill(index, frames) && leaves(pfn, folios.service())) {
            return true;
        }
        agent.letGo(pfn);
        return false;
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
    public int hint(FolioList folios, long endNs) {
        return hints.plant(folios, endNs);
    }

    @Override
    public int hintFaults(HintFaultList into) {
        return hints.drain(into);
    }

    @Override
    public int merge(FolioList folios, MergeRules rules, long round, int mover, long endNs, long mostPages) {
        return rooms.merging.run(agent, folios, new Merging.Order(rules, round, mover, endNs, mostPages));
    }

    @Override
    public void close() {
        rooms.retire(agent);
    }
}

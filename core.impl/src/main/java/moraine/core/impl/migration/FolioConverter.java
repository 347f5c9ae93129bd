package moraine.core.impl.migration;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.Worker;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.host.Converter;
import moraine.core.impl.host.Regime;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;

/**
 * Turns folios into what the regime in force wants of their node. A page that the new type can hold changes type and
 * entries where it is; another goes to RAM. The type changes before the entries: a fault on an entry of the former kind
 * meets the folio's lock and comes again. Devices give up their translations, for a page that becomes private may be
 * mapped by devices of other owners.
 */
public final class FolioConverter implements Converter {
    private final Rooms rooms;
    private final Frames frames;
    private final ReverseMap reverse;

    public FolioConverter(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.reverse = new ReverseMap(rooms);
    }

    @Override
    public int convert(Worker worker, long head, Regime now) {
        Agent agent = rooms.begin();
        try {
            return convert(agent, head, now);
        } finally {
            rooms.done(agent);
        }
    }

    private int convert(Agent agent, long head, Regime now) {
        if (frames.isTail(head) || frames.refs(head) == 0 || settled(head, now) || !frames.getUnlessZero(head)) {
            return NOTHING;
        }
        if (!frames.tryLock(head)) {
            agent.put(head);
            return KEPT;
        }
        if (frames.isTail(head) || settled(head, now) || frames.object(head) == 0) {
            boolean unowned = frames.object(head) == 0;
            frames.unlock(head);
            agent.put(head);
            return unowned ? KEPT : NOTHING;
        }
        if (frames.flag(head, Frames.PINNED)) {
            keep(agent, head, now);
            return KEPT;
        }
        if (!holdable(head, now)) {
            agent.scratch()[0] = head;
            agent.batch().order().off(rooms.home(frames.node(head)), Reason.CONVERSION, Cause.CONVERSION, now.mover());
            return agent.batch().moveFrames(agent.scratch(), 1) > 0 ? MIGRATED : KEPT;
        }
        change(agent, head, now);
        frames.unlock(head);
        agent.put(head);
        return CONVERTED;
    }

    /** Leaves a pinned folio, which is locked, as it is, and says so once. */
    private void keep(Agent agent, long head, Regime now) {
        if (rooms.pins.firstKept(head, now.epoch())) {
            int pages = 1 << frames.order(head);
            agent.count(Stat.PINNED_REFUSED, pages);
            rooms.events.record(Event.Kind.KEPT, frames.node(head), -1, head << Pages.SHIFT, pages, Cause.CONVERSION);
        }
        frames.unlock(head);
        agent.put(head);
    }

    private void change(Agent agent, long head, Regime now) {
        int type = now.typeOfNode(frames.node(head));
        boolean before = rooms.types.cpuAddressable(frames.type(head));
        boolean after = rooms.types.cpuAddressable(type);
        frames.type(head, type);
        if (before != after) {
            Announcements announcements = new Announcements();
            reverse.represent(agent, head, after, announcements);
            announcements.shootDown(agent);
            announcements.end();
        }
        agent.count(Stat.CONVERTED_PAGES, 1L << frames.order(head));
    }

    private boolean settled(long head, Regime now) {
        return frames.type(head) == now.typeOfNode(frames.node(head));
    }

    private boolean holdable(long head, Regime now) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        int type = now.typeOfNode(frames.node(head));
        boolean shared = object != null && object.shared();
        return (!shared || rooms.types.has(type, Attribute.FILE_BACKABLE))
                && (!(object instanceof MergedPage) || rooms.merging.holdable(type));
    }

    @Override
    public boolean inPlace(long head, Regime next) {
        return frames.isTail(head)
                || frames.refs(head) == 0
                || settled(head, next)
                || holdable(head, next) && !frames.flag(head, Frames.PINNED);
    }
}

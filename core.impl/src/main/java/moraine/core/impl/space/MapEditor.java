package moraine.core.impl.space;

import java.util.List;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.pins.PinnedEdges;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.vma.Vma;

/**
 * Puts changes into the map of a space, under its lock held exclusively.
 *
 * <p>A change goes: new mappings listed in their objects, old ones dead, map published, entries changed, old ones taken
 * off their objects.
 */
final class MapEditor {
    private static final long LOWEST = 1L << 36;

    private final Rooms rooms;
    private final SpaceImpl space;
    private final PinnedEdges edges;

    MapEditor(Rooms rooms, SpaceImpl space) {
        this.rooms = rooms;
        this.space = space;
        this.edges = new PinnedEdges(rooms);
    }

    /** Makes a change with the lock held and the space open. */
    long change(ToLongFunction<Agent> change) {
        Agent agent = rooms.begin();
        long stamp = space.lockExclusive();
        try {
            space.checkOpen();
            return change.applyAsLong(agent);
        } finally {
            space.unlockExclusive(stamp);
            rooms.done(agent);
        }
    }

    /** {@return where a mapping may come, as low as there is room} */
    long place(long bytes, long alignment) {
        long start = space.vmas().gap(bytes, Math.max(alignment, Pages.SIZE), LOWEST, Pages.ADDRESS_LIMIT);
        if (start < 0) {
            throw MoraineException.caller(
                    Errno.ENOMEM,
                    "no free range of " + bytes + " bytes below 0x" + Long.toHexString(Pages.ADDRESS_LIMIT)
                            + " in space " + space.name() + "; unmap something");
        }
        return start;
    }

    PinnedEdges edges() {
        return edges;
    }

    /** Takes what is mapped in a range away. @return its length */
    long unmap(Agent agent, long start, long end) {
        checkEdges(start, end);
        Edit edit = Edit.of(space.vmas(), start, end, null);
        publish(edit);
        rooms.points.reach(Point.UNMAP_PUBLISHED);
        new Unmapper(rooms).clear(agent, space, start, end);
        space.hints().forget(start, end);
        retire(agent, edit);
        return end - start;
    }

    /** Changes the mappings of a range whose entries stay, but for leaves that would reach into two mappings. */
    long cut(Agent agent, long start, long end, UnaryOperator<Vma> change) {
        checkEdges(start, end);
        Edit edit = Edit.of(space.vmas(), start, end, change);
        publish(edit);
        new Unmapper(rooms).divideEdges(agent, space, start, end);
        return retire(agent, edit);
    }

    /** Refuses a range that ends within a page that cannot be split. */
    void checkEdges(long start, long end) {
        Checks.wholeLargePages(space.vmas(), start, end);
        edges.check(space, start, end);
    }

    /** Lists new mappings in their objects, marks old ones dead, and publishes the map. */
    void publish(Edit edit) {
        list(edit.come());
        for (Vma vma : edit.gone()) {
            vma.die();
        }
        space.vmas(space.vmas().replace(edit.gone(), edit.come()));
    }

    /**
     * Lists new mappings in their objects, so that reverse walks come by. Where entries are brought along, the map is
     * published after them: no fault fills a page that is about to come.
     */
    void list(List<Vma> mappings) {
        for (Vma vma : mappings) {
            list(vma, vma.object());
            if (vma.below() != null) {
                list(vma, vma.below().object());
            }
        }
    }

    private void list(Vma vma, MemoryObject object) {
        object.lock(rooms.actors);
        object.mappings().add(vma);
        object.unlock();
    }

    /** Takes old mappings off their objects; the last one takes the object along. @return how many */
    long retire(Agent agent, Edit edit) {
        boolean awaited = false;
        for (Vma vma : edit.gone()) {
            retire(agent, vma, vma.object());
            if (vma.below() != null) {
                retire(agent, vma, vma.below().object());
            }
            awaited |= vma.userfault() != null;
        }
        if (awaited) {
            rooms.actors.signal();
        }
        return edit.gone().size();
    }

    private void retire(Agent agent, Vma vma, MemoryObject object) {
        object.lock(rooms.actors);
        object.mappings().remove(vma);
        boolean last = object.mappings().isEmpty();
        object.unlock();
        if (last && object.filled()) {
            rooms.cache.unmapped(agent, object);
        } else if (last) {
            new ObjectEnd(rooms).end(agent, object);
        }
    }
}

package moraine.core.impl.numa;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Makes PRESENT entries of a folio NUMA_HINT, through its object, and then voids what processors hold of them.
 *
 * <p>Protocol. The folio's lock and a reference are held, and the object's lock during the walk, so that the entries
 * are those of this page and none is overlooked. Each changes by compare-and-set from PRESENT, keeping its bits; what
 * else happens to it comes before or after. Nothing is announced, for frame and permissions stay: a device's
 * translation remains as good as it was, and a device never notices. Nobody is waited for, for an access under way may
 * end with the translation that it found: the frame is not given away, and whoever does that shoots down. An access
 * that begins after {@link #announce} finds no translation, and the entry changed.
 */
public final class HintPlanter {
    private final Rooms rooms;
    private final Agent agent;
    private final List<SpaceImpl> changed = new ArrayList<>();

    public HintPlanter(Rooms rooms, Agent agent) {
        this.rooms = rooms;
        this.agent = agent;
    }

    /**
     * Plants hints in all entries of a folio that CPUs can use now. A folio all of whose entries have one is left as it
     * is, and with it the time of planting.
     *
     * @return whether any got one
     */
    public boolean plant(long head, long nowNs) {
        rooms.points.reach(Point.HINT_HELD);
        MemoryObject object = rooms.objects.get(rooms.frames.object(head));
        if (object == null) {
            return false;
        }
        rooms.hintFaults.open();
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            long index = rooms.frames.index(head);
            boolean any = false;
            for (int i = 0; i < mappings.size(); i++) {
                Vma vma = mappings.get(i);
                long address = vma.address(object, index);
                if (address >= 0 && plant(vma.space(), address, head, any ? -1 : nowNs)) {
                    any = true;
                    change(vma.space());
                }
            }
            return any;
        } finally {
            object.unlock();
        }
    }

    private boolean plant(SpaceImpl space, long address, long head, long markNs) {
        PageTable table = space.table();
        long entry = table.get(address);
        if (Pte.kind(entry) != Pte.PRESENT || Pte.pfn(entry) != head) {
            return false;
        }
        if (markNs >= 0) {
            rooms.frames.hintMarks.plant(head, markNs);
        }
        for (; Pte.kind(entry) == Pte.PRESENT && Pte.pfn(entry) == head; entry = table.get(address)) {
            if (table.replace(address, entry, Pte.withKind(entry, Pte.NUMA_HINT))) {
                return true;
            }
            agent.count(Stat.CAS_LOST);
        }
        return false;
    }

    private void change(SpaceImpl space) {
        for (int i = 0; i < changed.size(); i++) {
            if (changed.get(i).id() == space.id()) {
                return;
            }
        }
        changed.add(space);
    }

    /** Voids translations of the spaces whose entries changed since the last time. */
    public void announce() {
        int node = agent.initiator();
        for (int i = 0; i < changed.size(); i++) {
            changed.get(i).contexts().renew();
            agent.count(Stat.SHOOT_DOWNS);
            rooms.charge(
                    Cost.SHOOTDOWN, node, node, node, changed.get(i).contexts().list().length);
        }
        changed.clear();
    }
}

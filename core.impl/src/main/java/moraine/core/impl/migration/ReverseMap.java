package moraine.core.impl.migration;

import java.util.List;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Changes all entries of a folio, found through its object.
 *
 * <p>The caller holds the folio's lock and a reference. A walk holds the object's lock; see {@link MemoryObject} for
 * why it misses no entry. Each entry changes by compare-and-set, so a walk may run beside faults, unmapping, fork and
 * moves. An entry that maps a folio is counted, with its reference, from before it is seen until after it is gone.
 */
final class ReverseMap {
    /** Told of each space whose entry was changed, before it changes. */
    interface Announcer {
        /** Announces that the translation of a page goes away, unless it has been announced. */
        void announce(SpaceImpl space, long address, long bytes);

        /** Remembers that the space's CPU contexts are to be shot down. */
        void changed(SpaceImpl space);
    }

    private final Rooms rooms;
    private final Frames frames;

    ReverseMap(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
    }

    /** Replaces every entry that maps the folio by a MIGRATING one. */
    void unmap(Agent agent, long head, long bytes, Announcer announcer) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object == null) {
            return;
        }
        object.lock(rooms.actors);
        try {
            unmapLocked(agent, object, head, bytes, announcer);
        } finally {
            object.unlock();
        }
    }

    /** As {@link #unmap}; the lock of the folio's object is held. */
    void unmapLocked(Agent agent, MemoryObject object, long head, long bytes, Announcer announcer) {
        List<Vma> mappings = object.mappings();
        long index = frames.index(head);
        for (int i = 0; i < mappings.size(); i++) {
            Vma vma = mappings.get(i);
            long address = vma.address(object, index);
            if (address >= 0) {
                unmap(agent, vma.space(), address, head, bytes, announcer);
            }
        }
    }

    private void unmap(Agent agent, SpaceImpl space, long address, long head, long bytes, Announcer announcer) {
        PageTable table = space.table();
        long entry = table.get(address);
        if (!Pte.maps(entry) || Pte.pfn(entry) != head) {
            return;
        }
        announcer.announce(space, address, bytes);
        for (; Pte.maps(entry) && Pte.pfn(entry) == head; entry = table.get(address)) {
            if (table.replace(address, entry, Pte.absent(entry, Pte.MIGRATING))) {
                if (Pte.kind(entry) != Pte.DEVICE_PRIVATE) {
                    announcer.changed(space);
                }
                frames.dropMapped(head);
                return;
            }
            agent.count(Stat.CAS_LOST);
        }
    }

    /**
     * Replaces every MIGRATING entry of a frame by one that maps another, or the same.
     *
     * @param to a folio on which the caller holds a reference
     */
    void remap(Agent agent, long from, long to) {
        MemoryObject object = rooms.objects.get(frames.object(to));
        if (object == null) {
            return;
        }
        object.lock(rooms.actors);
        try {
            remapLocked(agent, object, from, to);
        } finally {
            object.unlock();
        }
    }

    /** As {@link #remap}; the lock of the object of {@code to} is held. */
    void remapLocked(Agent agent, MemoryObject object, long from, long to) {
        boolean addressable = rooms.types.cpuAddressable(frames.type(to));
        List<Vma> mappings = object.mappings();
        long index = frames.index(to);
        for (int i = 0; i < mappings.size(); i++) {
            Vma vma = mappings.get(i);
            long address = vma.address(object, index);
            if (address >= 0) {
                remap(agent, vma.space().table(), address, from, to, addressable);
            }
        }
    }

    private void remap(Agent agent, PageTable table, long address, long from, long to, boolean addressable) {
        long entry = table.get(address);
        while (Pte.kind(entry) == Pte.MIGRATING && Pte.pfn(entry) == from) {
            if (!frames.addMapped(to)) {
                throw full(to);
            }
            if (table.replace(address, entry, Pte.withPfn(represented(entry, addressable), to))) {
                return;
            }
            frames.dropMapped(to);
            agent.count(Stat.CAS_LOST);
            entry = table.get(address);
        }
    }

    private MoraineException full(long to) {
        return new MoraineException(
                Errno.EOVERFLOW,
                Blame.RESOURCES,
                "frame " + to + " has " + frames.mappings(to) + " mappings and " + frames.refs(to)
                        + " references while its entries are restored, and can count 65535; fork less often");
    }

    private static long represented(long entry, boolean cpuAddressable) {
        return cpuAddressable ? Pte.present(entry) : Pte.absent(entry, Pte.DEVICE_PRIVATE);
    }

    /** Replaces every MIGRATING entry of a folio that is no more by NONE. */
    void clear(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object == null) {
            return;
        }
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            long index = frames.index(head);
            for (int i = 0; i < mappings.size(); i++) {
                Vma vma = mappings.get(i);
                long address = vma.address(object, index);
                if (address >= 0) {
                    clear(vma.space().table(), address, head);
                }
            }
        } finally {
            object.unlock();
        }
    }

    private void clear(PageTable table, long address, long head) {
        MiddleTable middle = table.lock(address);
        try {
            for (long entry = table.get(address);
                    Pte.kind(entry) == Pte.MIGRATING && Pte.pfn(entry) == head;
                    entry = table.get(address)) {
                if (table.replace(address, entry, Pte.NONE)) {
                    return;
                }
            }
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }

    /** Changes the kind of every entry that maps the folio between PRESENT and DEVICE_PRIVATE. */
    void represent(Agent agent, long head, boolean cpuAddressable, Announcer announcer) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object == null) {
            return;
        }
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            long index = frames.index(head);
            for (int i = 0; i < mappings.size(); i++) {
                Vma vma = mappings.get(i);
                long address = vma.address(object, index);
                if (address >= 0) {
                    represent(agent, vma.space(), address, head, cpuAddressable, announcer);
                }
            }
        } finally {
            object.unlock();
        }
    }

    private void represent(
            Agent agent, SpaceImpl space, long address, long head, boolean cpuAddressable, Announcer announcer) {
        long bytes = (long) Pages.SIZE << frames.order(head);
        long entry = space.table().get(address);
        while (Pte.maps(entry) && Pte.pfn(entry) == head && (Pte.kind(entry) == Pte.DEVICE_PRIVATE) == cpuAddressable) {
            announcer.announce(space, address, bytes);
            if (space.table().replace(address, entry, represented(entry, cpuAddressable))) {
                announcer.changed(space);
                return;
            }
            agent.count(Stat.CAS_LOST);
            entry = space.table().get(address);
        }
    }
}

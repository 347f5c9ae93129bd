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
import moraine.core.impl.rmap.MergedPage;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.swap.SwapSlots;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Changes all entries of a folio, found through its object.
 *
 * <p>The caller holds the folio's lock and a reference. A walk holds the object's lock; see {@link MemoryObject} for
 * why it misses no entry. A merged page's object leads to those of the pages that it stands for, whose locks are taken
 * one after the other while its own is held. Each entry changes by compare-and-set, so a walk may run beside faults,
 * unmapping, fork and moves. An entry that maps a folio is counted, with its reference, from before it is seen until
 * after it is gone.
 */
public final class ReverseMap {
    /** Told of each space whose entry was changed, before it changes. */
    public interface Announcer {
        /** Announces that the translation of a page goes away, unless it has been announced. */
        void announce(SpaceImpl space, long address, long bytes);

        /** Remembers that the space's CPU contexts are to be shot down. */
        void changed(SpaceImpl space);
    }

    private final Rooms rooms;
    private final Frames frames;

    public ReverseMap(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
    }

    /** Replaces every entry that maps the folio by a MIGRATING one. */
    public void unmap(Agent agent, long head, long bytes, Announcer announcer) {
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
        if (!(object instanceof MergedPage merged)) {
            unmap(agent, object, frames.index(head), head, bytes, announcer);
            return;
        }
        for (int site = 0; site < merged.sites(); site++) {
            MemoryObject part = merged.object(site);
            part.lock(rooms.actors);
            try {
                unmap(agent, part, merged.index(site), head, bytes, announcer);
            } finally {
                part.unlock();
            }
        }
    }

    private void unmap(Agent agent, MemoryObject object, long index, long head, long bytes, Announcer announcer) {
        List<Vma> mappings = object.mappings();
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
    public void remap(Agent agent, long from, long to) {
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
        if (!(object instanceof MergedPage merged)) {
            remap(agent, object, frames.index(to), from, to);
            return;
        }
        for (int site = 0; site < merged.sites(); site++) {
            MemoryObject part = merged.object(site);
            part.lock(rooms.actors);
            try {
                remap(agent, part, merged.index(site), from, to);
            } finally {
                part.unlock();
            }
        }
    }

    private void remap(Agent agent, MemoryObject object, long index, long from, long to) {
        boolean addressable = rooms.types.cpuAddressable(frames.type(to));
        List<Vma> mappings = object.mappings();
        for (int i = 0; i < mappings.size(); i++) {
            Vma vma = mappings.get(i);
            long address = vma.address(object, index);
            if (address >= 0) {
                remap(agent, vma.space().table(), address, from, to, addressable, /* merged= */ false);
            }
        }
    }

    /**
     * Replaces every MIGRATING entry of a page by one that maps a merged page, marked as such and read-only.
     *
     * @param object of the page, whose lock this takes
     * @param to a merged page on which the caller holds a reference
     */
    void remapMerged(Agent agent, MemoryObject object, long index, long from, long to) {
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            for (int i = 0; i < mappings.size(); i++) {
                Vma vma = mappings.get(i);
                long address = vma.address(object, index);
                if (address >= 0) {
                    remap(agent, vma.space().table(), address, from, to, /* addressable= */ true, /* merged= */ true);
                }
            }
        } finally {
            object.unlock();
        }
    }

    private void remap(
            Agent agent, PageTable table, long address, long from, long to, boolean addressable, boolean merged) {
        long entry = table.get(address);
        while (Pte.kind(entry) == Pte.MIGRATING && Pte.pfn(entry) == from) {
            if (!frames.addMapped(to)) {
                throw full(to);
            }
            long wanted = merged ? Pte.merged(entry) : entry;
            if (table.replace(address, entry, Pte.withPfn(represented(wanted, addressable), to))) {
                return;
            }
            frames.dropMapped(to);
            agent.count(Stat.CAS_LOST);
            entry = table.get(address);
        }
    }

    /** {@return whether an entry maps a page of an object, whose lock this takes, to a frame that nobody unmaps now} */
    boolean maps(MemoryObject object, long index, long head) {
        object.lock(rooms.actors);
        try {
            boolean found = false;
            List<Vma> mappings = object.mappings();
            for (int i = 0; i < mappings.size() && !found; i++) {
                Vma vma = mappings.get(i);
                long address = vma.address(object, index);
                long entry = address < 0 ? Pte.NONE : vma.space().table().get(address);
                found = Pte.maps(entry) && Pte.pfn(entry) == head;
            }
            return found;
        } finally {
            object.unlock();
        }
    }

    /**
     * {@return whether there is an entry of a page, and each is of memory that may be merged with other}
     *
     * @param object of the page, whose lock this takes
     * @param unmapped whether entries are to be MIGRATING, else PRESENT or HINT
     */
    boolean mergeable(MemoryObject object, long index, long head, boolean unmapped) {
        object.lock(rooms.actors);
        try {
            int found = 0;
            List<Vma> mappings = object.mappings();
            for (int i = 0; i < mappings.size(); i++) {
                Vma vma = mappings.get(i);
                long address = vma.dead() ? -1 : vma.address(object, index);
                long entry = address < 0 ? Pte.NONE : vma.space().table().get(address);
                int kind = Pte.kind(entry);
                if (Pte.pfn(entry) != head || !Pte.maps(entry) && kind != Pte.MIGRATING) {
                    continue;
                }
                boolean fits = unmapped ? kind == Pte.MIGRATING : Pte.reachable(entry) || kind == Pte.HINT;
                if (!fits || !vma.mergeable()) {
                    return false;
                }
                found++;
            }
            return found > 0;
        } finally {
            object.unlock();
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

    /** {@return whether a device has a page exclusively; none comes to have it while the frame's lock is held} */
    public boolean anyExclusive(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object == null) {
            return false;
        }
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            long index = frames.index(head);
            for (int i = 0; i < mappings.size(); i++) {
                long address = mappings.get(i).address(object, index);
                long entry =
                        address < 0 ? Pte.NONE : mappings.get(i).space().table().get(address);
                if (Pte.kind(entry) == Pte.EXCLUSIVE && Pte.pfn(entry) == head) {
                    return true;
                }
            }
            return false;
        } finally {
            object.unlock();
        }
    }

    /**
     * Replaces every MIGRATING entry of a frozen frame by one that names the slot with its content. Each is counted
     * there before it is seen.
     */
    public void swap(Agent agent, long head, long slot, SwapSlots slots) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object == null) {
            return;
        }
        object.lock(rooms.actors);
        try {
            List<Vma> mappings = object.mappings();
            long index = frames.index(head);
            for (int i = 0; i < mappings.size(); i++) {
                long address = mappings.get(i).address(object, index);
                if (address >= 0) {
                    swap(agent, mappings.get(i).space().table(), address, head, slot, slots);
                }
            }
        } finally {
            object.unlock();
        }
    }

    private static void swap(Agent agent, PageTable table, long address, long head, long slot, SwapSlots slots) {
        long entry = table.get(address);
        while (Pte.kind(entry) == Pte.MIGRATING && Pte.pfn(entry) == head) {
            slots.add(slot);
            if (table.replace(address, entry, Pte.of(Pte.SWAPPED, slot, Pte.bits(entry)))) {
                return;
            }
            slots.drop(slot);
            agent.count(Stat.CAS_LOST);
            entry = table.get(address);
        }
    }

    /** Replaces every MIGRATING entry of a folio that is no more by NONE. */
    public void clear(long head) {
        clear(head, Pte.NONE);
    }

    /** Replaces every MIGRATING entry of a folio that is no more by the zero page's, or by NONE where it is hidden. */
    void zero(long head) {
        clear(head, Pte.of(Pte.ZERO, 0, 0));
    }

    private void clear(long head, long empty) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object == null) {
            return;
        }
        object.lock(rooms.actors);
        try {
            clearLocked(object, head, empty);
        } finally {
            object.unlock();
        }
    }

    private void clearLocked(MemoryObject object, long head, long empty) {
        if (!(object instanceof MergedPage merged)) {
            clear(object, frames.index(head), head, empty);
            return;
        }
        for (int site = 0; site < merged.sites(); site++) {
            MemoryObject part = merged.object(site);
            part.lock(rooms.actors);
            try {
                clear(part, merged.index(site), head, empty);
            } finally {
                part.unlock();
            }
        }
    }

    private void clear(MemoryObject object, long index, long head, long empty) {
        List<Vma> mappings = object.mappings();
        for (int i = 0; i < mappings.size(); i++) {
            Vma vma = mappings.get(i);
            long address = vma.address(object, index);
            if (address >= 0) {
                clear(vma.space().table(), address, head, empty);
            }
        }
    }

    private void clear(PageTable table, long address, long head, long empty) {
        MiddleTable middle = table.lock(address);
        try {
            for (long entry = table.get(address);
                    Pte.kind(entry) == Pte.MIGRATING && Pte.pfn(entry) == head;
                    entry = table.get(address)) {
                if (table.replace(address, entry, (entry & Pte.HINTED) != 0 ? Pte.NONE : empty)) {
                    return;
                }
            }
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }

    /**
     * Changes the kind of every entry that maps the folio between PRESENT and DEVICE_PRIVATE. A merged page stays
     * addressable, so it is none of these.
     */
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

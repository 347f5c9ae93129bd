package moraine.core.impl.cache;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.reclaim.DirectReclaim.Stand;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/** Makes buffers for drivers, and maps them whole. Their frames are marked so that nobody moves them. */
final class Buffers {
    private final Rooms rooms;
    private final Frames frames;
    private final CachePages pages;

    Buffers(Rooms rooms, CachePages pages) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.pages = pages;
    }

    /** Makes all pages, zero, near a device. @throws MoraineException ENOMEM, with nothing left behind */
    void fill(BufferObject buffer, int device) {
        int node = rooms.home(device);
        Agent agent = rooms.begin();
        try {
            for (long index = 0; index < buffer.pages(); index++) {
                long pfn = make(agent, buffer, index, node);
                if (pfn < 0) {
                    pages.drop(agent, buffer, 0);
                    throw full(buffer, index, Errno.values()[(int) -pfn]);
                }
                frames.zero(pfn, 1);
                frames.setFlag(pfn, Frames.UNEVICTABLE);
                frames.owner(pfn, buffer.id(), index);
                buffer.lock(rooms.actors);
                buffer.page(index, pfn);
                buffer.unlock();
            }
            rooms.charge(Cost.ZERO, node, node, node, buffer.bytes());
        } finally {
            rooms.done(agent);
        }
    }

    private long make(Agent agent, BufferObject buffer, long index, int node) {
        return agent.directReclaim()
                .repeat(
                        /* owner= */ null,
                        Stand.WITHIN,
                        () -> pages.make(agent, buffer, index, /* vma= */ null, node, /* needed= */ true));
    }

    private MoraineException full(BufferObject buffer, long index, Errno outcome) {
        return new MoraineException(
                outcome,
                Blame.RESOURCES,
                "a buffer of " + buffer.pages() + " pages found no free page after " + index + ", and "
                        + rooms.swap.lack("make it smaller, free memory near the device"));
    }

    /** Maps every page of a new mapping; the space's lock is held exclusively. */
    void map(Vma vma) {
        MemoryObject object = vma.source();
        if (object == null || object.kind() != MemoryObject.Kind.BUFFER) {
            return;
        }
        for (long at = vma.start(); at < vma.end(); at += Pages.SIZE) {
            object.lock(rooms.actors);
            long pfn = object.page(vma.sourceIndex(at));
            object.unlock();
            if (pfn >= 0) {
                map(vma, at, pfn);
            }
        }
    }

    private void map(Vma vma, long address, long pfn) {
        SpaceImpl space = vma.space();
        boolean writable = vma.shared() && vma.protection() == Protection.READ_WRITE;
        int kind = vma.protection() == Protection.NONE ? Pte.HINT : Pte.PRESENT;
        MiddleTable middle = space.table().lock(address);
        try {
            long[] leaf = space.table().leafForInstall(middle, address);
            int index = PageTable.index(address);
            if (leaf != null && MiddleTable.get(leaf, index) == Pte.NONE && frames.addMapped(pfn)) {
                MiddleTable.set(leaf, index, Pte.of(kind, pfn, writable ? Pte.WRITE : 0));
            }
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }
}

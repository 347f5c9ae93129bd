package moraine.core.impl.faults;

import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.userfault.Registration;
import moraine.core.impl.vma.Vma;

/**
 * Gets what a fault needs from outside: a page of a file, of swap, or of a range that a handler fills. Called with no
 * guard held, for it waits; bounded by the deadlines of files and handlers.
 */
final class Supplies {
    private final Rooms rooms;

    Supplies(Rooms rooms) {
        this.rooms = rooms;
    }

    /**
     * Gets the first page of a range that is lacking, and asks for the others where a handler fills them.
     *
     * @param start a page's address
     * @param initiator node of the processor that touches
     * @return OK when it is worth looking again; else how the touch ends
     */
    Errno get(Agent agent, SpaceImpl space, long start, int pages, Intent intent, int initiator) {
        for (int i = 0; i < pages; i++) {
            long address = start + ((long) i << Pages.SHIFT);
            Vma vma = space.vmas().find(address);
            int kind = Pte.kind(space.table().get(address));
            if (vma != null && kind == Pte.SWAPPED) {
                return rooms.swap.bring(agent, space, address, pages - i, initiator);
            }
            if (vma == null || kind != Pte.NONE) {
                continue;
            }
            Registration handler = vma.userfault();
            if (handler != null) {
                return handler.await(address, pages - i, intent);
            }
            if (vma.shared() && vma.source() == null && rooms.swap.has(vma.object(), vma.index(address))) {
                return rooms.swap.bringShared(agent, vma, address, initiator);
            }
            if (vma.source() instanceof FileObject file && !cached(file, vma.sourceIndex(address))) {
                return rooms.cache.load(
                        agent, file, vma.sourceIndex(address), wanted(vma, address, pages - i), vma, initiator);
            }
        }
        return Errno.OK;
    }

    /** {@return pages of the range that lie in the mapping, from an address on} */
    private static int wanted(Vma vma, long address, int left) {
        return (int) Math.min(left, vma.end() - address >>> Pages.SHIFT);
    }

    private boolean cached(MemoryObject file, long index) {
        file.lock(rooms.actors);
        try {
            return file.page(index) >= 0;
        } finally {
            file.unlock();
        }
    }
}

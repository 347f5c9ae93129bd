package moraine.core.impl.exclusive;

import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/**
 * Takes a device's exclusive right to a page away: the page's frame is locked, every device gives its translation up,
 * and the entry becomes what it was before.
 */
public final class Revoker {
    private final Rooms rooms;
    private final Frames frames;

    public Revoker(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
    }

    /**
     * Tries once to make an EXCLUSIVE entry an ordinary one; the space's lock is held shared. Afterwards the entry is
     * to be looked at again, for somebody else may hold the frame, or have been faster.
     *
     * @param entry as read just now
     */
    public void revoke(Agent agent, SpaceImpl space, long address, long entry) {
        long pfn = Pte.pfn(entry);
        if (!frames.getUnlessZero(pfn)) {
            return;
        }
        if (frames.tryLock(pfn)) {
            restore(agent, space, Pages.floor(address), pfn);
            frames.unlock(pfn);
        } else {
            agent.count(Stat.CPU_WAITS);
            rooms.actors.pause(1);
        }
        agent.put(pfn);
    }

    private void restore(Agent agent, SpaceImpl space, long page, long pfn) {
        PageTable table = space.table();
        if (!exclusive(table.get(page), pfn)) {
            return;
        }
        space.notifiers().start(Notifiers.Event.EXCLUSIVE, page, page + Pages.SIZE);
        try {
            for (long entry = table.get(page); exclusive(entry, pfn); entry = table.get(page)) {
                if (table.replace(page, entry, Pte.present(entry))) {
                    agent.count(Stat.EXCLUSIVE_REVOKED);
                    return;
                }
                agent.count(Stat.CAS_LOST);
            }
        } finally {
            space.notifiers().end();
        }
    }

    private static boolean exclusive(long entry, long pfn) {
        return Pte.kind(entry) == Pte.EXCLUSIVE && Pte.pfn(entry) == pfn;
    }
}

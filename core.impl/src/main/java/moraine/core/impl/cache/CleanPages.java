package moraine.core.impl.cache;

import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.Announcements;
import moraine.core.impl.migration.ReverseMap;

/**
 * Takes clean pages of files out of memory, mapped or not; the next touch reads them again. Confined to one agent.
 *
 * <p>Protocol. The page is held; its entries become MIGRATING, announced, and everybody is shot down. Under the
 * object's lock it is asked whether the page is still clean, and it is frozen; so nobody has marked it since, and
 * nobody is about to. Then the file has it no more and the entries become NONE. A page whose content is on its way to
 * the file is clean already, and marked as being written: it stays.
 */
public final class CleanPages {
    private final Rooms rooms;
    private final Frames frames;
    private final ReverseMap reverse;
    private final Announcements announcements = new Announcements();

    public CleanPages(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.reverse = new ReverseMap(rooms);
    }

    /**
     * Drops a file's page unless it is dirty or in use.
     *
     * @param pfn with a reference and the lock held, which this call gives up
     * @return pages that are free now
     */
    public int drop(Agent agent, FileObject file, long pfn) {
        boolean gone;
        try {
            reverse.unmap(agent, pfn, Pages.SIZE, announcements);
            announcements.shootDown(agent);
            gone = frames.mappings(pfn) == 0 && take(file, pfn);
            if (gone) {
                reverse.clear(pfn);
            } else {
                reverse.remap(agent, pfn, pfn);
            }
        } finally {
            announcements.end();
        }
        if (gone) {
            rooms.allocator.free(agent.worker(), pfn);
            return 1;
        }
        agent.letGo(pfn);
        return 0;
    }

    /** Takes a clean page from its file, frozen and unlocked; {@return whether it was and nobody refers to it} */
    private boolean take(FileObject file, long pfn) {
        long index = frames.index(pfn);
        file.lock(rooms.actors);
        try {
            boolean mine = file.page(index) == pfn
                    && !file.dirty(index)
                    && !file.writeback(index)
                    && frames.freezeAndUnlock(pfn, 1 + file.ownReferences());
            if (mine) {
                file.page(index, -1);
            }
            return mine;
        } finally {
            file.unlock();
        }
    }
}

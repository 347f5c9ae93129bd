package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.History;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;
import org.jspecify.annotations.Nullable;

/**
 * Makes one page of two that may be equal, or shows the zero page in place of one that may be zeros (Linux
 * try_to_merge_one_page and replace_page).
 *
 * <p>Protocol, as a migration whose destination is there already. The caller holds every page concerned, reference and
 * lock. Each entry of a page that is to go, or to become one that others share, is made MIGRATING, announced and shot
 * down; nobody else may refer to it then, so its content stands still. Only now it counts whether memory is advised to
 * be merged, and whether content is equal. If so, the page that goes is frozen, and its entries map the other one,
 * read-only and marked; if not, every entry is as it was. A merged page needs none of that: nobody maps it writable.
 *
 * <p>Confined to whoever has the right to merge.
 */
public final class FolioMerge {
    private final Rooms rooms;
    private final Frames frames;
    private final ReverseMap reverse;
    private final Announcements announcements = new Announcements();

    public FolioMerge(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.reverse = new ReverseMap(rooms);
    }

    /** {@return whether all mappings of a private page allow that it is merged}; the caller holds it */
    public boolean advised(long pfn) {
        MemoryObject object = object(pfn);
        return object != null && reverse.mergeable(object, frames.index(pfn), pfn, /* unmapped= */ false);
    }

    private @Nullable MemoryObject object(long pfn) {
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        return object != null && object.kind() == MemoryObject.Kind.PRIVATE ? object : null;
    }

    /**
     * Lets entries of a private page map a merged one instead.
     *
     * @param pfn held by the caller; free afterwards if they do
     * @param into whose frame the caller holds
     * @return whether they do
     */
    public boolean join(Agent agent, long pfn, MergedPage into) {
        unmap(agent, pfn, -1);
        rooms.points.reach(Point.MERGE_UNMAPPED);
        long to = into.frame();
        MemoryObject object = stable(pfn) && frames.sameContent(pfn, to) ? object(pfn) : null;
        if (object == null || !frames.freezeAndUnlock(pfn, 1)) {
            restore(agent, pfn);
            announcements.end();
            return false;
        }
        stand(into, object, frames.index(pfn));
        rooms.points.reach(Point.MERGE_JOINED);
        reverse.remapMerged(agent, object, frames.index(pfn), pfn, to);
        announcements.end();
        rooms.allocator.free(agent.worker(), pfn);
        return true;
    }

    /**
     * Makes a merged page of two private ones.
     *
     * @param kept held by the caller; becomes the merged page's frame
     * @param gone held by the caller; free afterwards if they are one
     * @param made stands for nothing yet
     * @param mover as the history names it
     * @return whether they are one
     */
    public boolean pair(Agent agent, long kept, long gone, MergedPage made, int mover) {
        unmap(agent, kept, gone);
        rooms.points.reach(Point.MERGE_UNMAPPED);
        boolean equal = stable(kept) && stable(gone) && frames.sameContent(kept, gone);
        MemoryObject first = equal ? object(kept) : null;
        MemoryObject second = equal ? object(gone) : null;
        if (first == null || second == null || !frames.freezeAndUnlock(gone, 1)) {
            restore(agent, kept);
            restore(agent, gone);
            announcements.end();
            return false;
        }
        long firstIndex = frames.index(kept);
        long secondIndex = frames.index(gone);
        made.lock(rooms.actors);
        made.frame(kept);
        made.unlock();
        stand(made, first, firstIndex);
        stand(made, second, secondIndex);
        frames.owner(kept, made.id(), 0);
        frames.history(kept, History.pack(rooms.nowNs(), mover, Cause.MERGE, frames.node(kept), 0));
        rooms.points.reach(Point.MERGE_JOINED);
        reverse.remapMerged(agent, first, firstIndex, kept, kept);
        reverse.remapMerged(agent, second, secondIndex, gone, kept);
        announcements.end();
        rooms.allocator.free(agent.worker(), gone);
        return true;
    }

    /**
     * Lets entries of a private page of zeros show the zero page instead.
     *
     * @param pfn held by the caller; free afterwards if they do
     * @return whether they do
     */
    public boolean zero(Agent agent, long pfn) {
        unmap(agent, pfn, -1);
        rooms.points.reach(Point.MERGE_UNMAPPED);
        boolean gone = stable(pfn) && frames.isZero(pfn) && frames.freezeAndUnlock(pfn, 1);
        if (gone) {
            rooms.points.reach(Point.MERGE_JOINED);
            reverse.zero(pfn);
        } else {
            restore(agent, pfn);
        }
        announcements.end();
        if (gone) {
            rooms.allocator.free(agent.worker(), pfn);
        }
        return gone;
    }

    /** Takes sites off a merged page that no entry maps it for any more; the caller holds its frame. */
    public void prune(MergedPage page) {
        page.lock(rooms.actors);
        try {
            for (int site = page.sites() - 1; site >= 0; site--) {
                if (!reverse.maps(page.object(site), page.index(site), page.frame())) {
                    page.remove(site);
                }
            }
        } finally {
            page.unlock();
        }
    }

    private void unmap(Agent agent, long pfn, long other) {
        int initiator = agent.initiator();
        rooms.points.reach(Point.MERGE_HELD);
        reverse.unmap(agent, pfn, Pages.SIZE, announcements);
        if (other >= 0) {
            reverse.unmap(agent, other, Pages.SIZE, announcements);
        }
        announcements.shootDown(agent);
        rooms.charge(Cost.MIGRATE, initiator, initiator, initiator, other >= 0 ? 2 : 1);
    }

    /**
     * {@return whether the content of an unmapped page stands still, is needed, and may be merged} Whoever marks a page
     * LAZY has a reference until the mark is there, so references are counted first.
     */
    private boolean stable(long pfn) {
        MemoryObject object = object(pfn);
        return object != null
                && frames.mappings(pfn) == 0
                && frames.refs(pfn) == 1
                && !frames.flag(pfn, Frames.LAZY | Frames.PINNED)
                && reverse.mergeable(object, frames.index(pfn), pfn, /* unmapped= */ true);
    }

    private void stand(MergedPage merged, MemoryObject object, long index) {
        merged.lock(rooms.actors);
        merged.add(object, index);
        merged.unlock();
    }

    private void restore(Agent agent, long pfn) {
        reverse.remap(agent, pfn, pfn);
    }
}

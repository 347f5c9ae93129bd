package moraine.core.impl.migration;

import java.util.concurrent.atomic.AtomicLongArray;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;

/**
 * Pages whose content may be dropped (LAZY): they are when room is needed, instead of being copied.
 *
 * <p>Protocol. The folio's lock is held and every entry made MIGRATING, as for a move. A write clears the mark before
 * it makes an entry writable; so a mark that is still there once no entry maps the folio says that nothing was written
 * since it was set, and the entries become NONE.
 */
public final class LazyPages {
    private final Rooms rooms;
    private final Frames frames;
    /** Pages dropped at a time when an allocation failed. */
    private final int batch;

    private final ReverseMap reverse;
    private final AtomicLongArray hands = new AtomicLongArray(64);
    private volatile boolean any;

    public LazyPages(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.batch = rooms.tuning.lazyBatchPages;
        this.reverse = new ReverseMap(rooms);
    }

    /** Says that pages were marked. */
    public void some() {
        any = true;
    }

    /** {@return whether there may be pages that were marked} */
    public boolean any() {
        return any;
    }

    /**
     * {@return whether the folio may be dropped; its lock is held} A mark may come late upon a page that was merged
     * meanwhile: it counts for nothing there, for others need the content.
     */
    public boolean lazy(long head) {
        return frames.flag(head, Frames.LAZY) && !frames.flag(head, Frames.PINNED) && !rooms.merging.merged(head);
    }

    /**
     * Drops a marked folio unless it was written or is in use.
     *
     * @param head with a reference and the lock held, which this call gives up
     * @return pages that are free now
     */
    public int drop(Agent agent, long head) {
        int pages = 1 << frames.order(head);
        var announcements = new Announcements();
        reverse.unmap(agent, head, (long) pages * Pages.SIZE, announcements);
        announcements.shootDown(agent);
        boolean gone = frames.mappings(head) == 0 && lazy(head) && frames.freeze(head, 1);
        if (gone) {
            reverse.clear(head);
            agent.count(Stat.DROPPED_PAGES, pages);
        } else {
            reverse.remap(agent, head, head);
        }
        announcements.end();
        frames.unlock(head);
        if (gone || frames.put(head) == 0) {
            rooms.allocator.free(agent.worker(), head);
        }
        return gone ? pages : 0;
    }

    /**
     * Drops some pages because an allocation failed. Looks at each frame once, so that it ends.
     *
     * @param why ENOMEM for pages of anybody's, EDQUOT for the tenant's
     * @return whether any page is free now
     */
    public boolean makeRoom(Agent agent, Errno why, int tenant) {
        if (!any) {
            return false;
        }
        any = false;
        int dropped = 0;
        for (int node = 0; node < rooms.topology.nodes() && dropped < batch; node++) {
            dropped += makeRoom(agent, node, why == Errno.EDQUOT ? tenant : -1);
        }
        any |= dropped > 0;
        return dropped > 0;
    }

    private int makeRoom(Agent agent, int node, int tenant) {
        int dropped = 0;
        FrameCursor cursor = new FrameCursor(frames, node, hands.get(node));
        for (long left = rooms.allocator.capacity(node); left > 0 && dropped < batch; left--) {
            long pfn = cursor.next();
            if (pfn < 0) {
                break;
            }
            if (frames.flag(pfn, Frames.LAZY) && (tenant < 0 || frames.tenant(pfn) == tenant)) {
                dropped += tryDrop(agent, pfn);
            }
        }
        hands.set(node, cursor.position());
        return dropped;
    }

    private int tryDrop(Agent agent, long pfn) {
        if (!frames.getUnlessZero(pfn)) {
            return 0;
        }
        if (!frames.isTail(pfn) && frames.tryLock(pfn)) {
            if (lazy(pfn)) {
                return drop(agent, pfn);
            }
            frames.unlock(pfn);
        } else {
            any = true;
        }
        agent.put(pfn);
        return 0;
    }
}

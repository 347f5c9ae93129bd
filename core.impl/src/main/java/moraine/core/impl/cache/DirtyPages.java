package moraine.core.impl.cache;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.model.NodeKind;
import moraine.core.impl.Rooms;
import moraine.core.impl.counters.Counters;

/**
 * How many pages of files there are, are dirty, and are being written; and how many may be (Linux global_dirty_limits).
 *
 * <p>The limits are shares of the memory that could be dirty: pages of the cache, and free ones of nodes that are no
 * device's. They are worked out anew after some changes, so they lag a little; nothing rests on their being exact.
 */
final class DirtyPages {
    private static final int LAG = 64;

    private final Rooms rooms;
    private final AtomicLong pages = new AtomicLong();
    private final AtomicLong dirty = new AtomicLong();
    private final AtomicLong writing = new AtomicLong();
    private volatile long background;
    private volatile long limit;
    private volatile Runnable wake = () -> {};

    DirtyPages(Rooms rooms) {
        this.rooms = rooms;
        refresh();
    }

    /** @param flusher is called when a page is dirty where none was, and for each beyond the background limit */
    void wakes(Runnable flusher) {
        wake = flusher;
    }

    void publish(Counters counters) {
        counters.gauge("nr_file_pages", "pages", "pages of files in the page cache", pages::get);
        counters.gauge("nr_dirty", "pages", "pages of files that differ from what is stored", dirty::get);
        counters.gauge("nr_writeback", "pages", "pages of files that are being written", writing::get);
        counters.gauge("nr_dirty_background_threshold", "pages", "dirty pages with which writing begins", () -> {
            refresh();
            return background;
        });
        counters.gauge("nr_dirty_threshold", "pages", "dirty pages with which writers wait", () -> {
            refresh();
            return limit;
        });
    }

    long nowNs() {
        return rooms.nowNs();
    }

    /** Takes note of changes; an object's lock is held. */
    void add(int morePages, int moreDirty, int moreWriting) {
        if (morePages != 0) {
            pages.addAndGet(morePages);
        }
        if (moreWriting != 0) {
            writing.addAndGet(moreWriting);
        }
        if (moreDirty == 0) {
            return;
        }
        long now = dirty.addAndGet(moreDirty);
        if (now % LAG == 0) {
            refresh();
        }
        if (moreDirty > 0 && (now == 1 || now > background)) {
            wake.run();
        }
    }

    /** Works the limits out. */
    void refresh() {
        long usable = pages.get();
        for (int node = 0; node < rooms.topology.nodes(); node++) {
            if (rooms.topology.exists(node) && rooms.topology.kind(node) != NodeKind.DEVICE) {
                usable += rooms.allocator.freePages(node);
            }
        }
        long hard = Math.max(1, usable * rooms.tuning.dirtyRatio / 100);
        long soft = usable * rooms.tuning.dirtyBackgroundRatio / 100;
        limit = hard;
        background = soft < hard ? soft : hard / 2;
    }

    long pages() {
        return pages.get();
    }

    long unwritten() {
        return dirty.get() + writing.get();
    }

    long writing() {
        return writing.get();
    }

    long dirty() {
        return dirty.get();
    }

    /** {@return whether so many pages are dirty that they are to be written now} */
    boolean many() {
        return dirty.get() > background;
    }

    /** {@return whether so many pages are dirty or being written that who makes more of them waits} */
    boolean tooMany() {
        return unwritten() > limit;
    }
}

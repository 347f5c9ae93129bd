package moraine.core.impl.mirror;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import moraine.core.api.time.Actors;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;
import moraine.core.impl.rmap.Objects;
import moraine.core.impl.vma.Vma;

/**
 * The end and the count of duplicates: copies of pages, for reading, in the memory of devices.
 *
 * <p>A duplicate hangs on the one translation that maps it, in the DeviceTable of a space, and has no other reference;
 * it goes when the translation goes, whoever announces that and why. Its record names object and index of the page that
 * it is a copy of, so that eviction finds the translation; it counts no mapping.
 */
public final class Duplicates {
    private final Frames frames;
    private final Allocator allocator;
    private final Objects objects;
    private final Actors actors;
    private final LongAdder made;
    private final LongAdder dropped;
    private final LongAdder collapsed;
    private final LongAdder evicted;

    public Duplicates(Frames frames, Allocator allocator, Objects objects, Actors actors, Counters counters) {
        this.frames = frames;
        this.allocator = allocator;
        this.objects = objects;
        this.actors = actors;
        made = counters.counter("duplicates.made.pages", "pages", "Pages copied for a device that reads them.");
        dropped = counters.counter("duplicates.dropped.pages", "pages", "Such copies given up, for whatever reason.");
        collapsed = counters.counter("duplicates.collapsed.pages", "pages", "Pages that a write made one copy again.");
        evicted = counters.counter("duplicates.evicted.pages", "pages", "Such copies dropped to make room.");
        counters.gauge("duplicates.pages", "pages", "Such copies there are now.", () -> made.sum() - dropped.sum());
    }

    /** Counts a duplicate that a device maps from now on. */
    void made() {
        made.increment();
    }

    /** Counts a page that may be written again. */
    public void collapsed() {
        collapsed.increment();
    }

    /** Gives up a duplicate that no translation maps any more and no access uses. */
    void drop(long pfn) {
        dropped.increment();
        if (frames.put(pfn) == 0) {
            allocator.free(null, pfn);
        }
    }

    /**
     * Takes a duplicate from its device; needs no lock of a space, and no frame's.
     *
     * @param pfn a frame that somebody found by number
     * @return whether it was a duplicate and its device had it
     */
    public boolean evict(long pfn) {
        MemoryObject object = objects.get(frames.object(pfn));
        if (object == null || object.shared()) {
            return false;
        }
        object.lock(actors);
        try {
            boolean gone =
                    object instanceof MergedPage merged ? evict(merged, pfn) : evict(object, frames.index(pfn), pfn);
            if (gone) {
                evicted.increment();
                return true;
            }
            return false;
        } finally {
            object.unlock();
        }
    }

    private boolean evict(MergedPage merged, long pfn) {
        boolean gone = false;
        for (int site = 0; site < merged.sites() && !gone; site++) {
            MemoryObject part = merged.object(site);
            part.lock(actors);
            gone = evict(part, merged.index(site), pfn);
            part.unlock();
        }
        return gone;
    }

    private boolean evict(MemoryObject object, long index, long pfn) {
        List<Vma> mappings = object.mappings();
        int node = frames.node(pfn);
        for (int i = 0; i < mappings.size(); i++) {
            Vma vma = mappings.get(i);
            long address = vma.address(object, index);
            DeviceTable table = address < 0 ? null : vma.space().devices().table(node);
            if (table != null && table.dropDuplicate(address, pfn)) {
                return true;
            }
        }
        return false;
    }
}

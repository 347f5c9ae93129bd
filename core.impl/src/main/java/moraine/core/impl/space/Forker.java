package moraine.core.impl.space;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.pins.PinnedCopies;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Copies the entries of private mappings into a child, read-only on both sides. The parent's lock is held exclusively,
 * and the object's lock while a region is copied, so that no reverse walk passes between reading and writing an entry.
 * Shared mappings are left to fault from their object. A page that a device has exclusively is the CPUs' again: the
 * announcement took the device's translation away, and no fault can come between. A pinned page is copied at once and
 * stays the parent's alone, writable as it was.
 */
final class Forker {
    private final Rooms rooms;
    private final Frames frames;

    Forker(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
    }

    /** @throws MoraineException EOVERFLOW when a page has as many mappings as it can count; the child is incomplete */
    void copy(Agent agent, SpaceImpl parent, SpaceImpl child, Vma vma) {
        if (vma.shared()) {
            return;
        }
        parent.notifiers().start(Notifiers.Event.PROTECTION, vma.start(), vma.end());
        try (var copies = new PinnedCopies(rooms, agent, vma)) {
            parent.table().settledRegions(vma.start(), vma.end(), (middle, region) -> {
                long to = Math.min(vma.end(), region + Pages.LARGE_SIZE);
                long from = copyRegion(child, vma, middle, Math.max(vma.start(), region), to, copies);
                while (from < to) {
                    copies.provide(from);
                    from = copyRegion(child, vma, middle, from, to, copies);
                }
            });
            parent.shootDown(agent);
        } finally {
            parent.notifiers().end();
        }
    }

    /** {@return where a page for a copy was missing, or the end of the range} */
    private long copyRegion(SpaceImpl child, Vma vma, MiddleTable middle, long from, long to, PinnedCopies copies) {
        vma.lockObjects(rooms.actors);
        try {
            return copyRegion(child.table(), middle, from, to, copies);
        } finally {
            vma.unlockObjects();
        }
    }

    private long copyRegion(PageTable target, MiddleTable middle, long from, long to, PinnedCopies copies) {
        int region = PageTable.region(from);
        MiddleTable copy = target.middleForInstall(from);
        middle.lock(region, rooms.actors);
        copy.lock(region, rooms.actors);
        try {
            long whole = middle.entry(region);
            boolean begun = Pte.kind(copy.entry(region)) == Pte.TABLE;
            if (Pte.large(whole) && !begun && !copies.pinned(whole)) {
                copyLeaf(middle, copy, region);
                return to;
            }
            long[] leaf = Pte.large(whole) ? null : middle.leaf(region);
            long[] into = leaf == null && !Pte.large(whole) ? null : target.leafForInstall(copy, from);
            if (into == null) {
                return to;
            }
            long at = from;
            while (at < to && copyPage(leaf, whole, into, at, copies)) {
                at += Pages.SIZE;
            }
            return at;
        } finally {
            copy.unlock(region);
            middle.unlock(region);
        }
    }

    /**
     * Copies an entry, or the page if it is pinned. A 2 MiB page that was pinned when its first page was copied is
     * copied to the end.
     *
     * @return false when a page for that is missing
     */
    private boolean copyPage(long @Nullable [] leaf, long whole, long[] into, long address, PinnedCopies copies) {
        int index = PageTable.index(address);
        long entry = leaf == null ? whole : MiddleTable.get(leaf, index);
        if (leaf != null && !copies.pinned(entry)) {
            copyEntry(leaf, into, index);
            return true;
        }
        if (!copies.ready()) {
            return false;
        }
        long pfn = leaf == null ? Pte.pfn(entry) + index : Pte.pfn(entry);
        MiddleTable.set(into, index, copies.copy(entry, pfn, address));
        return true;
    }

    private void copyLeaf(MiddleTable middle, MiddleTable copy, int region) {
        while (true) {
            long entry = middle.entry(region);
            count(entry, 1);
            if (middle.replace(region, entry, entry & ~Pte.WRITE)) {
                copy.entry(region, entry & ~Pte.WRITE);
                return;
            }
            count(entry, -1);
        }
    }

    private void copyEntry(long[] leaf, long[] into, int index) {
        while (true) {
            long entry = MiddleTable.get(leaf, index);
            if (entry == Pte.NONE) {
                return;
            }
            count(entry, 1);
            long copy = (Pte.kind(entry) == Pte.EXCLUSIVE ? Pte.present(entry) : entry) & ~Pte.WRITE;
            if (MiddleTable.replace(leaf, index, entry, copy)) {
                MiddleTable.set(into, index, copy);
                return;
            }
            count(entry, -1);
        }
    }

    private void count(long entry, int change) {
        if (Pte.kind(entry) == Pte.SWAPPED) {
            countSlot(Pte.pfn(entry), change);
        }
        if (!Pte.maps(entry)) {
            return;
        }
        long head = Pte.pfn(entry);
        if (change < 0) {
            frames.dropMapping(head, 1);
            frames.put(head);
        } else if (!frames.addMapping(head, 1)) {
            throw full(head);
        } else if (!frames.get(head)) {
            frames.dropMapping(head, 1);
            throw full(head);
        }
    }

    private void countSlot(long slot, int change) {
        if (change < 0) {
            rooms.swap.slots().drop(slot);
        } else {
            rooms.swap.slots().add(slot);
        }
    }

    private MoraineException full(long head) {
        return new MoraineException(
                Errno.EOVERFLOW,
                Blame.RESOURCES,
                "frame " + head + " has " + frames.mappings(head) + " mappings and " + frames.refs(head)
                        + " references, near the 65535 that it can count; fork less often or write to the page first");
    }
}

package moraine.core.impl.space;

import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Copies the entries of private mappings into a child, read-only on both sides. The parent's lock is held exclusively,
 * and the object's lock while a region is copied, so that no reverse walk passes between reading and writing an entry.
 * Shared mappings are left to fault from their object.
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
        try {
            parent.table().regions(vma.start(), vma.end(), (middle, region) -> {
                long from = Math.max(vma.start(), region);
                long to = Math.min(vma.end(), region + Pages.LARGE_SIZE);
                vma.object().lock(rooms.actors);
                try {
                    copyRegion(child.table(), middle, from, to);
                } finally {
                    vma.object().unlock();
                }
            });
            parent.shootDown(agent);
        } finally {
            parent.notifiers().end();
        }
    }

    private void copyRegion(PageTable target, MiddleTable middle, long from, long to) {
        int region = PageTable.region(from);
        MiddleTable copy = target.middleForInstall(from);
        middle.lock(region, rooms.actors);
        copy.lock(region, rooms.actors);
        try {
            if (Pte.large(middle.entry(region))) {
                copyLeaf(middle, copy, region);
                return;
            }
            long[] leaf = middle.leaf(region);
            long[] into = leaf == null ? null : target.leafForInstall(copy, from);
            if (leaf == null || into == null) {
                return;
            }
            for (int index = PageTable.index(from); index <= PageTable.index(to - 1); index++) {
                copyEntry(leaf, into, index);
            }
        } finally {
            copy.unlock(region);
            middle.unlock(region);
        }
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
            if (MiddleTable.replace(leaf, index, entry, entry & ~Pte.WRITE)) {
                MiddleTable.set(into, index, entry & ~Pte.WRITE);
                return;
            }
            count(entry, -1);
        }
    }

    private void count(long entry, int change) {
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

    private MoraineException full(long head) {
        return new MoraineException(
                Errno.EOVERFLOW,
                Blame.RESOURCES,
                "frame " + head + " has " + frames.mappings(head) + " mappings and " + frames.refs(head)
                        + " references, near the 65535 that it can count; fork less often or write to the page first");
    }
}

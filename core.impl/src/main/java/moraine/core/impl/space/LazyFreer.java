package moraine.core.impl.space;

import java.util.function.BooleanSupplier;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.FolioSplit;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Marks the pages of a range as ones whose content may be dropped. Their entries lose WRITE, so that a write faults and
 * takes the mark away before it is made; and they are clean and old again. The space's lock is held exclusively.
 */
final class LazyFreer {
    /** How often a page of 2 MiB is split of which a part is advised; others may hold it, or move it away. */
    private static final int TRIES = 4;

    private static final long GONE = Pte.WRITE | Pte.YOUNG | Pte.DIRTY;

    private final Rooms rooms;
    private final Frames frames;
    private final FolioSplit split;

    LazyFreer(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.split = new FolioSplit(rooms);
    }

    void free(Agent agent, SpaceImpl space, long start, long end) {
        space.notifiers().start(Notifiers.Event.PROTECTION, start, end);
        try {
            space.table().settledRegions(start, end, (middle, region) -> {
                long from = Math.max(start, region);
                long to = Math.min(end, region + Pages.LARGE_SIZE);
                for (int tries = 0; tries < TRIES && !mark(agent, space, middle, from, to); tries++) {
                    divide(agent, middle.entry(PageTable.region(region)));
                }
            });
            space.shootDown(agent);
        } finally {
            space.notifiers().end();
        }
        rooms.lazyPages.some();
    }

    private void divide(Agent agent, long entry) {
        rooms.points.reach(Point.LEAF_IN_PART);
        if (Pte.large(entry) && Pte.maps(entry)) {
            split.split(agent, frames.head(Pte.pfn(entry)));
        }
    }

    /** {@return whether nothing is left to do; a page of 2 MiB that is advised in part has to be split before} */
    private boolean mark(Agent agent, SpaceImpl space, MiddleTable middle, long from, long to) {
        int region = PageTable.region(from);
        middle.lock(region, rooms.actors);
        try {
            if (to - from < Pages.LARGE_SIZE && Pte.large(middle.entry(region))) {
                return Pte.kind(middle.entry(region)) == Pte.ZERO;
            }
            for (long entry = middle.entry(region);
                    droppable(entry) && Pte.large(entry);
                    entry = middle.entry(region)) {
                long whole = entry;
                if (mark(agent, Pte.pfn(entry), () -> middle.replace(region, whole, marked(whole)))) {
                    return true;
                }
            }
            long[] leaf = Pte.large(middle.entry(region)) ? null : middle.leaf(region);
            if (leaf == null) {
                return true;
            }
            for (int index = PageTable.index(from); index <= PageTable.index(to - 1); index++) {
                mark(agent, leaf, index);
                forget(space, leaf, index, from & -Pages.LARGE_SIZE);
            }
            return true;
        } finally {
            middle.unlock(region);
        }
    }

    private void mark(Agent agent, long[] leaf, int index) {
        for (long entry = MiddleTable.get(leaf, index); droppable(entry); entry = MiddleTable.get(leaf, index)) {
            long one = entry;
            if (mark(agent, Pte.pfn(entry), () -> MiddleTable.replace(leaf, index, one, marked(one)))) {
                return;
            }
        }
    }

    /** Drops the content of a swapped page at once where a missing page reads as zeroes (Linux free_swap_and_cache). */
    private void forget(SpaceImpl space, long[] leaf, int index, long base) {
        long entry = MiddleTable.get(leaf, index);
        if (Pte.kind(entry) != Pte.SWAPPED) {
            return;
        }
        Vma vma = space.vmas().find(base + ((long) index << Pages.SHIFT));
        if (vma != null && vma.plain() && MiddleTable.replace(leaf, index, entry, Pte.NONE)) {
            rooms.swap.forget(entry);
        }
    }

    /**
     * Takes WRITE from an entry and marks its page. The page is held: who evicts it asks for no space's lock, and while
     * somebody has it on its way, entries of other mappings are not counted.
     *
     * @return false when the entry changed; a page that somebody else holds or has too stays as it is
     */
    private boolean mark(Agent agent, long head, BooleanSupplier replaced) {
        if (!frames.hold(head)) {
            return true;
        }
        try {
            if (!alone(head)) {
                return true;
            }
            boolean mine = replaced.getAsBoolean();
            rooms.points.reach(Point.LAZY_MARKED);
            if (mine) {
                frames.setFlag(head, Frames.LAZY);
            }
            return mine;
        } finally {
            agent.letGo(head);
        }
    }

    /** {@return whether the entry alone maps a page that nobody has pinned, no object keeps, and is not merged} */
    private boolean droppable(long entry) {
        return Pte.maps(entry) && alone(frames.head(Pte.pfn(entry)));
    }

    private boolean alone(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        return frames.mappings(head) == 1
                && !frames.flag(head, Frames.PINNED)
                && object != null
                && object.kind() == MemoryObject.Kind.PRIVATE;
    }

    private static long marked(long entry) {
        return (Pte.kind(entry) == Pte.EXCLUSIVE ? Pte.present(entry) : entry) & ~GONE;
    }
}

package moraine.core.impl.space;

import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.FolioSplit;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/**
 * Clears the entries of a range and gives up their pages, a region of 2 MiB at a time: entries go under the region's
 * lock, their users are awaited, then references are dropped. The space's lock is held exclusively. The mappings are
 * dead, or live on with their content dead; then a first touch may fill a page as soon as it is cleared.
 */
final class Unmapper {
    private final Rooms rooms;
    private final Frames frames;
    private final FolioSplit split;

    Unmapper(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.split = new FolioSplit(rooms);
    }

    void clear(Agent agent, SpaceImpl space, long start, long end) {
        space.notifiers().start(Notifiers.Event.UNMAP, start, end);
        try {
            space.table().settledRegions(start, end, (middle, region) -> {
                long from = Math.max(start, region);
                long to = Math.min(end, region + Pages.LARGE_SIZE);
                clearRegion(agent, space, middle, from, to);
            });
        } finally {
            space.notifiers().end();
        }
    }

    /** Splits the 2 MiB leaves that a range begins or ends within. */
    void divideEdges(Agent agent, SpaceImpl space, long start, long end) {
        divideEdge(agent, space, start);
        divideEdge(agent, space, end);
    }

    private void divideEdge(Agent agent, SpaceImpl space, long address) {
        if ((address & Pages.LARGE_SIZE - 1) != 0) {
            space.table().settledRegions(address, address + Pages.SIZE, (middle, region) -> {
                if (Pte.large(middle.entry(PageTable.region(region)))) {
                    space.notifiers().start(Notifiers.Event.PROTECTION, address, address + Pages.SIZE);
                    makeDivisible(agent, space, middle, address, address + Pages.SIZE);
                    space.notifiers().end();
                }
            });
        }
    }

    /** Splits a 2 MiB leaf that the range covers in part only. In a mapping that lives another may come at once. */
    void makeDivisible(Agent agent, SpaceImpl space, MiddleTable middle, long from, long to) {
        if (to - from == Pages.LARGE_SIZE) {
            return;
        }
        for (int turn = 0; ; turn++) {
            long entry = middle.entry(PageTable.region(from));
            if (!Pte.large(entry)) {
                return;
            }
            if (Pte.kind(entry) == Pte.ZERO) {
                divideZeroPages(space, from);
                continue;
            }
            boolean mapped = Pte.maps(entry);
            if (!mapped || !split.split(agent, frames.head(Pte.pfn(entry)))) {
                rooms.actors.pause(turn);
            }
        }
    }

    private static void divideZeroPages(SpaceImpl space, long address) {
        MiddleTable middle = space.table().lock(address);
        try {
            space.table().leafForInstall(middle, address);
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }

    /** Locks a region in which no 2 MiB leaf is left that the range covers in part only; one may come at any time. */
    private void lockDivided(Agent agent, SpaceImpl space, MiddleTable middle, long from, long to) {
        int region = PageTable.region(from);
        middle.lock(region, rooms.actors);
        while (to - from < Pages.LARGE_SIZE && Pte.large(middle.entry(region))) {
            middle.unlock(region);
            rooms.points.reach(Point.LEAF_IN_PART);
            makeDivisible(agent, space, middle, from, to);
            middle.lock(region, rooms.actors);
        }
    }

    private void clearRegion(Agent agent, SpaceImpl space, MiddleTable middle, long from, long to) {
        int region = PageTable.region(from);
        long[] gone = agent.scratch();
        int count = 0;
        lockDivided(agent, space, middle, from, to);
        long leafEntry = middle.entry(region);
        if (Pte.large(leafEntry)) {
            count = clearLeaf(middle, region, gone);
        } else {
            long[] leaf = middle.leaf(region);
            if (leaf != null) {
                count = clearEntries(leaf, PageTable.index(from), PageTable.index(to - 1), gone);
                if (to - from == Pages.LARGE_SIZE || empty(leaf)) {
                    middle.unhang(region, Pte.NONE);
                }
            }
        }
        middle.unlock(region);
        space.shootDown(agent);
        for (int i = 0; i < count; i++) {
            drop(agent, gone[i]);
        }
    }

    /** {@return whether a leaf table has no entry left}; with the region's lock held none comes */
    private static boolean empty(long[] leaf) {
        for (int index = 0; index < leaf.length; index++) {
            if (MiddleTable.get(leaf, index) != Pte.NONE) {
                return false;
            }
        }
        return true;
    }

    private int clearLeaf(MiddleTable middle, int region, long[] gone) {
        while (true) {
            long entry = middle.entry(region);
            if (middle.replace(region, entry, Pte.NONE)) {
                gone[0] = Pte.pfn(entry);
                return Pte.maps(entry) ? 1 : 0;
            }
        }
    }

    private int clearEntries(long[] leaf, int first, int last, long[] gone) {
        int count = 0;
        for (int index = first; index <= last; index++) {
            long entry = MiddleTable.get(leaf, index);
            while (entry != Pte.NONE && !MiddleTable.replace(leaf, index, entry, Pte.NONE)) {
                entry = MiddleTable.get(leaf, index);
            }
            if (Pte.maps(entry)) {
                gone[count++] = Pte.pfn(entry);
            } else {
                rooms.swap.forget(entry);
            }
        }
        return count;
    }

    private void drop(Agent agent, long head) {
        frames.dropMapping(head, 1);
        agent.put(head);
    }
}

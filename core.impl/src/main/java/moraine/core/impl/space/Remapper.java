package moraine.core.impl.space;

import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Moves the entries of a mapping to its new address. Frames are not touched: their object and index stay. The space's
 * lock is held exclusively, and the object's lock while a region moves, so that a reverse walk meets an entry at one of
 * both places.
 */
final class Remapper {
    private final Rooms rooms;
    private final Unmapper unmapper;

    Remapper(Rooms rooms, Unmapper unmapper) {
        this.rooms = rooms;
        this.unmapper = unmapper;
    }

    void move(Agent agent, SpaceImpl space, Vma vma, long from, long bytes, long to) {
        boolean leaves = (from - to & Pages.LARGE_SIZE - 1) == 0;
        space.notifiers().start(Notifiers.Event.UNMAP, from, from + bytes);
        try {
            space.table().settledRegions(from, from + bytes, (middle, region) -> {
                long start = Math.max(from, region);
                long end = Math.min(from + bytes, region + Pages.LARGE_SIZE);
                if (!leaves) {
                    divide(agent, space, middle, start);
                } else {
                    unmapper.makeDivisible(agent, space, middle, start, end);
                }
                vma.lockObjects(rooms.actors);
                try {
                    moveRegion(agent, space, middle, start, end, to - from);
                } finally {
                    vma.unlockObjects();
                }
            });
        } finally {
            space.notifiers().end();
        }
    }

    private void divide(Agent agent, SpaceImpl space, MiddleTable middle, long start) {
        if (Pte.large(middle.entry(PageTable.region(start)))) {
            unmapper.makeDivisible(agent, space, middle, start, start + Pages.SIZE);
        }
    }

    private void moveRegion(Agent agent, SpaceImpl space, MiddleTable middle, long start, long end, long by) {
        int region = PageTable.region(start);
        long[] taken = agent.scratch();
        middle.lock(region, rooms.actors);
        long leafEntry = middle.entry(region);
        boolean large = Pte.large(leafEntry);
        int pages = (int) (end - start >>> Pages.SHIFT);
        if (large) {
            taken[0] = take(middle, region);
        } else {
            long[] leaf = middle.leaf(region);
            for (int i = 0; i < pages; i++) {
                taken[i] = leaf == null ? Pte.NONE : take(leaf, PageTable.index(start) + i);
            }
        }
        middle.unlock(region);
        space.shootDown(agent);
        if (large) {
            put(space.table(), start + by, taken[0], true);
            return;
        }
        for (int i = 0; i < pages; i++) {
            if (taken[i] != Pte.NONE) {
                put(space.table(), start + by + ((long) i << Pages.SHIFT), taken[i], false);
            }
        }
    }

    private static long take(MiddleTable middle, int region) {
        while (true) {
            long entry = middle.entry(region);
            if (middle.replace(region, entry, Pte.NONE)) {
                return entry;
            }
        }
    }

    private static long take(long[] leaf, int index) {
        while (true) {
            long entry = MiddleTable.get(leaf, index);
            if (MiddleTable.replace(leaf, index, entry, Pte.NONE)) {
                return entry;
            }
        }
    }

    private void put(PageTable table, long address, long entry, boolean large) {
        MiddleTable middle = table.lock(address);
        try {
            if (large) {
                middle.unhang(PageTable.region(address), entry);
                return;
            }
            long[] leaf = table.leafForInstall(middle, address);
            if (leaf == null) {
                throw new IllegalStateException(
                        "a 2 MiB leaf is in the way at 0x" + Long.toHexString(address) + ", which was free");
            }
            MiddleTable.set(leaf, PageTable.index(address), entry);
        } finally {
            middle.unlock(PageTable.region(address));
        }
    }
}

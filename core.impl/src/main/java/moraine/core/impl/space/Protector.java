package moraine.core.impl.space;

import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/**
 * Takes permissions out of the entries of a range. Giving more is left to the next fault. A page of a mapping that
 * allows nothing is a HINT entry: present, but every touch faults and finds the mapping's refusal; one that the CPU
 * cannot reach now is marked to become one. The space's lock is held exclusively and the new mappings are published.
 */
final class Protector {
    private final Rooms rooms;
    private final Unmapper unmapper;

    Protector(Rooms rooms, Unmapper unmapper) {
        this.rooms = rooms;
        this.unmapper = unmapper;
    }

    void restrict(Agent agent, SpaceImpl space, long start, long end, Protection protection) {
        if (protection == Protection.READ_WRITE) {
            return;
        }
        boolean hide = protection == Protection.NONE;
        space.notifiers().start(Notifiers.Event.PROTECTION, start, end);
        try {
            space.table().settledRegions(start, end, (middle, region) -> {
                long from = Math.max(start, region);
                long to = Math.min(end, region + Pages.LARGE_SIZE);
                unmapper.makeDivisible(agent, space, middle, from, to);
                restrict(middle, from, to, hide);
            });
            space.shootDown(agent);
        } finally {
            space.notifiers().end();
        }
    }

    private void restrict(MiddleTable middle, long from, long to, boolean hide) {
        int region = PageTable.region(from);
        middle.lock(region, rooms.actors);
        try {
            long entry = middle.entry(region);
            while (Pte.large(entry)
                    && !middle.replace(region, /* expected= */ entry, /* entry= */ restricted(entry, hide))) {
                entry = middle.entry(region);
            }
            long[] leaf = Pte.large(entry) ? null : middle.leaf(region);
            if (leaf == null) {
                return;
            }
            for (int index = PageTable.index(from); index <= PageTable.index(to - 1); index++) {
                entry = MiddleTable.get(leaf, index);
                while (!MiddleTable.replace(leaf, index, /* expected= */ entry, /* entry= */ restricted(entry, hide))) {
                    entry = MiddleTable.get(leaf, index);
                }
            }
        } finally {
            middle.unlock(region);
        }
    }

    private static long restricted(long entry, boolean hide) {
        long readOnly = entry & ~Pte.WRITE;
        return switch (Pte.kind(entry)) {
            case Pte.PRESENT, Pte.NUMA_HINT -> hide ? Pte.withKind(readOnly, Pte.HINT) : readOnly;
            case Pte.MIGRATING, Pte.DEVICE_PRIVATE, Pte.EXCLUSIVE, Pte.SWAPPED ->
                hide ? readOnly | Pte.HINTED : readOnly;
            case Pte.ZERO -> hide ? Pte.NONE : entry;
            case Pte.NONE, Pte.TABLE -> entry;
            default -> readOnly;
        };
    }
}

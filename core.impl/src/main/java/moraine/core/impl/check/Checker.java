package moraine.core.impl.check;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Violation;
import moraine.core.impl.Rooms;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.space.SpaceImpl;

/**
 * Walks the whole state of a stopped machine and proves the invariants: entries against mappings, frames against
 * entries, devices against CPUs, TLBs against tables, charges and free lists against frames. Cost: every entry and
 * every frame.
 */
public final class Checker {
    private static final int LIMIT = 100;

    private final Rooms rooms;
    private final List<SpaceImpl> spaces;
    private final List<Violation> found = new ArrayList<>();

    public Checker(Rooms rooms, List<SpaceImpl> spaces) {
        this.rooms = rooms;
        this.spaces = spaces;
    }

    /** {@return what is broken, the first hundred} */
    public List<Violation> check() {
        FrameTally tally = new FrameTally(rooms, this::report);
        CacheCheck cache = new CacheCheck(rooms, this::report);
        SwapCheck swap = new SwapCheck(rooms, this::report);
        cache.check();
        for (SpaceImpl space : spaces) {
            new EntryCheck(rooms, space, tally, swap, this::report).check();
            new MirrorCheck(rooms, space, tally, this::report).check();
            cache.mappings(space);
            quiet(space);
        }
        FrameTally.objects(spaces).forEach(swap::object);
        swap.compare();
        tally.compare(spaces, rooms.cache.objects());
        rooms.allocator.audit().forEach(v -> report(v.invariant(), v.detail()));
        return List.copyOf(found);
    }

    private void quiet(SpaceImpl space) {
        if (!space.notifiers().quiet()) {
            report("notifier-quiet", "space " + space.name() + " has an invalidation that never ended");
        }
        for (DeviceTable table : space.devices().all()) {
            if (table.locked()) {
                report("device-lock", "device table of node " + table.node() + " in " + space.name() + " is locked");
            }
        }
    }

    private void report(String invariant, String detail) {
        if (!Invariants.ALL.containsKey(invariant)) {
            throw new IllegalStateException("invariant " + invariant + " is not listed among " + Invariants.ALL.keySet()
                    + ", so nothing shows that it is ever reported; add it there, with a planting. Reported was: "
                    + detail);
        }
        if (found.size() < LIMIT) {
            found.add(new Violation(invariant, detail));
        }
    }

    /** Receives what is broken. */
    @FunctionalInterface
    interface Report {
        void broken(String invariant, String detail);
    }
}

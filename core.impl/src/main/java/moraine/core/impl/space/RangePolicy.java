package moraine.core.impl.space;

import java.util.Set;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MbindFlag;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.mempolicy.SetPolicy;
import org.jspecify.annotations.Nullable;

/** Gives a range a memory policy, and the pages that are there their places (Linux do_mbind). */
final class RangePolicy {
    private final Rooms rooms;
    private final SpaceImpl space;
    private final Mappings mappings;

    RangePolicy(Rooms rooms, SpaceImpl space, Mappings mappings) {
        this.rooms = rooms;
        this.space = space;
        this.mappings = mappings;
    }

    MigrationReport set(long address, long bytes, MemoryPolicy policy, Set<MbindFlag> flags) {
        long end = Checks.range(address, bytes);
        SetPolicy set = rooms.policies.set(policy, space.tenant());
        boolean all = flags.contains(MbindFlag.MOVE_ALL);
        boolean move = all || flags.contains(MbindFlag.MOVE);
        boolean strict = flags.contains(MbindFlag.STRICT);
        PageMoves.Count before = count(address, end, set);
        if (strict && !move && before.misplaced() > 0) {
            throw failure(before.misplaced(), policy, address, end, "are");
        }
        mappings.mbind(address, bytes, set);
        long moved = 0;
        if (move && before.misplaced() > 0) {
            moved = new PageMoves(rooms, space).conform(address, end, all);
            long left = count(address, end, set).misplaced();
            if (strict && left > 0) {
                throw failure(left, policy, address, end, "stay");
            }
        }
        long requested = Pages.count(end - address);
        long already = before.resident() - before.misplaced();
        return new MigrationReport(requested, moved, already, requested - moved - already);
    }

    private PageMoves.Count count(long start, long end, @Nullable SetPolicy set) {
        return new PageMoves(rooms, space).count(start, end, set);
    }

    private static MoraineException failure(long pages, MemoryPolicy policy, long start, long end, String verb) {
        return MoraineException.caller(
                Errno.EIO,
                pages + " pages of range " + Pages.range(start, end) + " " + verb
                        + " outside the nodes of memory policy " + policy + "; "
                        + (verb.equals("are") ? "ask for MOVE" : "unpin them, or leave STRICT out"));
    }
}

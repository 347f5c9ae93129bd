package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.vma.Vma;

/** Makes mappings longer or shorter, or moves them with their pages (Linux mremap). */
final class Resizer {
    private final Rooms rooms;
    private final SpaceImpl space;
    private final MapEditor editor;

    Resizer(Rooms rooms, SpaceImpl space, MapEditor editor) {
        this.rooms = rooms;
        this.space = space;
        this.editor = editor;
    }

    long mremap(long address, long oldBytes, long newBytes, boolean mayMove, boolean keepOld) {
        long oldEnd = Checks.range(address, oldBytes);
        long newEnd = Checks.range(address, newBytes);
        Checks.keeping(keepOld, mayMove, address, oldEnd - address, newEnd - address);
        return editor.change(agent -> {
            Checks.wholeLargePages(space.vmas(), address, oldEnd);
            return keepOld
                    ? move(agent, Checks.single(space.vmas(), address, oldEnd), address, oldEnd, newEnd - address, true)
                    : resize(agent, address, oldEnd, newEnd, mayMove);
        });
    }

    private long resize(Agent agent, long start, long oldEnd, long newEnd, boolean mayMove) {
        Vma vma = Checks.single(space.vmas(), start, oldEnd);
        Checks.length(vma, newEnd - start);
        if (newEnd <= oldEnd) {
            if (newEnd < oldEnd) {
                editor.unmap(agent, newEnd, oldEnd);
            }
            return start;
        }
        Checks.mayGrow(vma, newEnd);
        if (vma.end() == oldEnd
                && newEnd <= Pages.ADDRESS_LIMIT
                && space.vmas().overlapping(oldEnd, newEnd).isEmpty()) {
            Edit edit = new Edit(List.of(vma), List.of(vma.at(space, vma.start(), newEnd - vma.start())));
            editor.publish(edit);
            editor.retire(agent, edit);
            return start;
        }
        Checks.mayMove(mayMove, start, oldEnd - start, newEnd - start);
        return move(agent, vma, start, oldEnd, newEnd - start, false);
    }

    private long move(Agent agent, Vma vma, long start, long end, long newBytes, boolean keepOld) {
        long align =
                (start & Pages.LARGE_SIZE - 1) == 0 && end - start >= Pages.LARGE_SIZE ? Pages.LARGE_SIZE : Pages.SIZE;
        long target = editor.place(newBytes, align);
        editor.edges().check(space, start, end);
        if ((start - target & Pages.LARGE_SIZE - 1) != 0) {
            editor.edges().checkAll(space, start, end);
        }
        Vma part = vma.part(start, end);
        List<Vma> moved = List.of(part.at(space, target, newBytes).withUserfault(null));
        editor.list(moved);
        Edit edit = keepOld ? keeping(vma, part) : Edit.of(space.vmas(), start, end, null);
        editor.publish(edit);
        rooms.points.reach(Point.UNMAP_PUBLISHED);
        new Remapper(rooms, new Unmapper(rooms)).move(agent, space, vma, start, end - start, target);
        space.vmas(space.vmas().replace(List.of(), moved));
        space.hints().move(start, end, target);
        editor.retire(agent, edit);
        if (keepOld) {
            renew(agent, part);
        }
        return target;
    }

    /** {@return the change that leaves a part dead where it is, so that touches wait until the space's lock is free} */
    private static Edit keeping(Vma vma, Vma part) {
        part.die();
        List<Vma> come = new ArrayList<>();
        if (vma.start() < part.start()) {
            come.add(vma.part(vma.start(), part.start()));
        }
        come.add(part);
        if (part.end() < vma.end()) {
            come.add(vma.part(part.end(), vma.end()));
        }
        return new Edit(List.of(vma), come);
    }

    /**
     * Puts a mapping that lives in the place of one that died when its pages were moved away. Private memory starts
     * anew: what is made there from now on is none of the moved pages.
     */
    private void renew(Agent agent, Vma dead) {
        Vma fresh = dead.shared() ? dead.part(dead.start(), dead.end()) : dead.of(rooms.objects.create(false));
        Edit edit = new Edit(List.of(dead), List.of(fresh));
        editor.publish(edit);
        editor.retire(agent, edit);
    }
}

package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import moraine.core.impl.vma.Vma;
import moraine.core.impl.vma.VmaMap;
import org.jspecify.annotations.Nullable;

/**
 * A change to the mappings of a range: those that overlap it go, their parts outside come back as they were, their
 * parts inside come back changed, and neighbours that then continue each other are joined.
 *
 * @param gone in address order
 * @param come in address order
 */
record Edit(List<Vma> gone, List<Vma> come) {
    /** @param change of the part inside, or null to drop it */
    static Edit of(VmaMap map, long start, long end, @Nullable UnaryOperator<Vma> change) {
        List<Vma> gone = new ArrayList<>(map.overlapping(start, end));
        List<Vma> come = new ArrayList<>();
        for (Vma vma : gone) {
            if (vma.start() < start) {
                come.add(vma.part(vma.start(), start));
            }
            if (change != null) {
                come.add(change.apply(vma.part(Math.max(start, vma.start()), Math.min(end, vma.end()))));
            }
            if (end < vma.end()) {
                come.add(vma.part(end, vma.end()));
            }
        }
        if (change != null && !gone.isEmpty()) {
            addNeighbours(map, gone, come);
        }
        return new Edit(gone, joined(come));
    }

    private static void addNeighbours(VmaMap map, List<Vma> gone, List<Vma> come) {
        Vma before =
                come.getFirst().start() == 0 ? null : map.find(come.getFirst().start() - 1);
        Vma after = map.find(come.getLast().end());
        if (before != null && before.joins(come.getFirst())) {
            gone.addFirst(before);
            come.addFirst(before);
        }
        if (after != null && come.getLast().joins(after)) {
            gone.addLast(after);
            come.addLast(after);
        }
    }

    private static List<Vma> joined(List<Vma> parts) {
        List<Vma> out = new ArrayList<>();
        for (Vma part : parts) {
            if (!out.isEmpty() && out.getLast().joins(part)) {
                out.set(out.size() - 1, out.getLast().join(part));
            } else {
                out.add(part);
            }
        }
        return out;
    }
}

package moraine.core.impl.space;

import moraine.core.api.model.Advice;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.Readahead;
import moraine.core.impl.vma.LargePages;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/** Takes what an application advises on ranges of a space (Linux madvise). */
final class Adviser {
    private final Rooms rooms;
    private final Spaces spaces;
    private final SpaceImpl space;
    private final MapEditor editor;

    Adviser(Rooms rooms, Spaces spaces, SpaceImpl space, MapEditor editor) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.space = space;
        this.editor = editor;
    }

    void advise(long address, long bytes, Advice advice) {
        long end = Checks.range(address, bytes);
        if (advice.kind() == Advice.Kind.COLLAPSE) {
            new Collapse(rooms, space).run(address, end);
            return;
        }
        if (advice.kind() == Advice.Kind.WILLNEED) {
            willNeed(address, end);
            return;
        }
        Readahead.Mode order = order(advice.kind());
        editor.change(agent -> {
            Checks.covered(space.vmas(), address, end);
            return order == null
                    ? take(agent, address, end, advice)
                    : editor.cut(agent, address, end, vma -> read(vma, order));
        });
        if (advice.kind() == Advice.Kind.UNMERGEABLE) {
            new Unmerger(rooms, spaces.faults(), space).run(address, end);
        }
    }

    /** Takes advice about anonymous memory. @return the range's length */
    private long take(Agent agent, long start, long end, Advice advice) {
        Checks.wholeLargePages(space.vmas(), start, end);
        Checks.anonymous(space.vmas(), start, end, advice);
        switch (advice.kind()) {
            case FREE -> new LazyFreer(rooms).free(agent, space, start, end);
            case DEAD -> {
                editor.edges().check(space, start, end);
                new Unmapper(rooms).clear(agent, space, start, end);
            }
            case HUGEPAGE -> large(agent, start, end, advice, LargePages.ALWAYS);
            case NOHUGEPAGE -> large(agent, start, end, advice, LargePages.NEVER);
            case MERGEABLE -> {
                rooms.merging.advised();
                mergeable(agent, start, end, advice, true);
            }
            case UNMERGEABLE -> mergeable(agent, start, end, advice, false);
            default -> throw new IllegalStateException("advice " + advice.kind() + " is not taken here");
        }
        return end - start;
    }

    private void mergeable(Agent agent, long start, long end, Advice advice, boolean now) {
        Checks.sizeable(space.vmas(), start, end, advice);
        editor.cut(agent, start, end, vma -> vma.withMergeable(now));
    }

    /** {@return in which order files are read after advice, or null when it says nothing of that} */
    private static Readahead.@Nullable Mode order(Advice.Kind kind) {
        return switch (kind) {
            case NORMAL -> Readahead.Mode.NORMAL;
            case SEQUENTIAL -> Readahead.Mode.SEQUENTIAL;
            case RANDOM -> Readahead.Mode.RANDOM;
            default -> null;
        };
    }

    private Vma read(Vma vma, Readahead.Mode order) {
        return vma.readahead() == null ? vma : vma.withReadahead(Readahead.of(order, rooms.cache.usualReadahead()));
    }

    /** Has what files hold for a range read; what is no file's is there, or is made when it is touched. */
    private void willNeed(long start, long end) {
        Checks.covered(space.vmas(), start, end);
        for (Vma vma : space.vmas().overlapping(start, end)) {
            rooms.cache.willNeed(vma, Math.max(start, vma.start()), Math.min(end, vma.end()));
        }
    }

    private void large(Agent agent, long start, long end, Advice advice, LargePages large) {
        Checks.sizeable(space.vmas(), start, end, advice);
        editor.cut(agent, start, end, vma -> vma.withLarge(large));
    }
}

package moraine.core.impl.cache;

import java.util.List;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/**
 * Changes a file's length under its mappings.
 *
 * <p>The length goes first, under the object's lock; from then on nothing beyond it is mapped or put into the cache,
 * for both ask under that lock. Then the entries of every mapping go, private copies included; the lock is held
 * throughout, so that fork and mremap carry none past. The pages go last.
 */
final class FileCut {
    private final Rooms rooms;
    private final Frames frames;
    private final FileHost host;
    private final Content content;
    private final CachePages pages;

    FileCut(Rooms rooms, FileHost host, CachePages pages) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.host = host;
        this.content = new Content(rooms);
        this.pages = pages;
    }

    /** Sets the length; nobody else writes by handle or writes back meanwhile. */
    void resize(FileObject file, long bytes) {
        long old = file.bytes();
        host.run("truncate", file, () -> file.store().resize(bytes));
        Agent agent = rooms.begin();
        try {
            file.lock(rooms.actors);
            try {
                file.resize(bytes);
                if (bytes < old) {
                    zap(agent, file, file.pages());
                }
            } finally {
                file.unlock();
            }
            rooms.points.reach(Point.FILE_CUT);
            pages.drop(agent, file, file.pages());
            clearTail(agent, file, Math.min(old, bytes));
        } finally {
            rooms.done(agent);
        }
    }

    /** Makes zero what the cache has of a page behind an end of the file; within the world. */
    void clearTail(Agent agent, FileObject file, long end) {
        int offset = (int) (end & Pages.OFFSET_MASK);
        long index = end >>> Pages.SHIFT;
        long pfn = offset == 0 ? -1 : lock(agent, file, index);
        if (pfn >= 0) {
            content.clear(pfn, offset);
            frames.unlock(pfn);
            agent.put(pfn);
        }
    }

    /** {@return the file's page, referenced and locked, or -1 when there is none} */
    long lock(Agent agent, FileObject file, long index) {
        for (int turn = 0; ; turn++) {
            long pfn = pages.find(file, index);
            if (pfn < 0) {
                if (absent(file, index)) {
                    return -1;
                }
            } else if (frames.tryLock(pfn)) {
                file.lock(rooms.actors);
                boolean same = file.page(index) == pfn;
                file.unlock();
                if (same) {
                    return pfn;
                }
                frames.unlock(pfn);
                agent.put(pfn);
            } else {
                agent.put(pfn);
            }
            rooms.actors.pause(turn);
        }
    }

    private boolean absent(FileObject file, long index) {
        file.lock(rooms.actors);
        try {
            return file.page(index) < 0;
        } finally {
            file.unlock();
        }
    }

    private void zap(Agent agent, FileObject file, long first) {
        List<Vma> mappings = file.mappings();
        for (int i = 0; i < mappings.size(); i++) {
            Vma vma = mappings.get(i);
            long before = first - vma.sourceIndex(vma.start());
            long from = before <= 0 ? vma.start() : vma.start() + (before << Pages.SHIFT);
            if (from < vma.end()) {
                zap(agent, vma.space(), from, vma.end());
            }
        }
    }

    private void zap(Agent agent, SpaceImpl space, long start, long end) {
        space.notifiers().start(Notifiers.Event.UNMAP, start, end);
        try {
            space.table().regions(start, end, (middle, region) -> {
                int count = clear(agent, middle, Math.max(start, region), Math.min(end, region + Pages.LARGE_SIZE));
                space.shootDown(agent);
                for (int i = 0; i < count; i++) {
                    frames.dropMapping(agent.scratch()[i], 1);
                    agent.put(agent.scratch()[i]);
                }
            });
        } finally {
            space.notifiers().end();
        }
    }

    /** Takes the entries of a part of a region. @return frames that they mapped, in the agent's scratch */
    private int clear(Agent agent, MiddleTable middle, long from, long to) {
        int region = PageTable.region(from);
        int count = 0;
        middle.lock(region, rooms.actors);
        try {
            long[] leaf = middle.leaf(region);
            if (leaf == null) {
                return 0;
            }
            for (int index = PageTable.index(from); index <= PageTable.index(to - 1); index++) {
                long entry = MiddleTable.get(leaf, index);
                while (entry != Pte.NONE && !MiddleTable.replace(leaf, index, entry, Pte.NONE)) {
                    entry = MiddleTable.get(leaf, index);
                }
                if (Pte.maps(entry)) {
                    agent.scratch()[count++] = Pte.pfn(entry);
                } else {
                    rooms.swap.forget(entry);
                }
            }
            return count;
        } finally {
            middle.unlock(region);
        }
    }
}

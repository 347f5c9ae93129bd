package moraine.core.impl.reclaim;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.CleanPages;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.FolioSplit;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.swap.SwapOut;
import org.jspecify.annotations.Nullable;

/**
 * Takes folios that somebody held out of memory: pages of files are dropped, anonymous ones go to swap, those advised
 * free are forgotten. Confined to one agent.
 */
public final class Reclaimer {
    /** Files of one call whose writing back is begun. */
    private static final int FILES = 16;

    private final Rooms rooms;
    private final Frames frames;
    private final Agent agent;
    private final FolioSplit split;
    private final CleanPages clean;
    private final @Nullable SwapOut swap;
    private final @Nullable FileObject[] dirty = new FileObject[FILES];
    private int files;
    private boolean unwritten;

    public Reclaimer(Rooms rooms, Agent agent) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.agent = agent;
        this.split = new FolioSplit(rooms);
        this.clean = new CleanPages(rooms);
        this.swap = rooms.swap.out();
    }

    /**
     * Takes a folio, or puts it with others that go together.
     *
     * @param head of which the caller has reference and lock, both of which this gives up
     * @return pages that are free now
     */
    public int take(long head) {
        MemoryObject object = rooms.objects.get(frames.object(head));
        int type = frames.type(head);
        if (object == null
                || !rooms.types.cpuAddressable(type)
                || !rooms.types.has(type, Attribute.RECLAIMABLE)
                || frames.order(head) > 0 && object.shared()) {
            agent.letGo(head);
            return 0;
        }
        return switch (object.kind()) {
            case FILE -> file((FileObject) object, head);
            case PRIVATE, SHARED -> frames.order(head) > 0 ? large(head) : small(head);
            case BUFFER, MERGED -> {
                agent.letGo(head);
                yield 0;
            }
        };
    }

    private int file(FileObject file, long head) {
        file.lock(rooms.actors);
        boolean changed = file.dirty(frames.index(head));
        boolean writing = file.writeback(frames.index(head));
        file.unlock();
        unwritten |= changed || writing;
        if (!changed) {
            return clean.drop(agent, file, head);
        }
        agent.letGo(head);
        remember(file);
        return 0;
    }

    /** {@return whether pages of files were met since it was asked last that are not in their files yet} */
    boolean metUnwritten() {
        boolean met = unwritten;
        unwritten = false;
        return met;
    }

    /** Forgets what was met and what failed: after the first batch that swap refused, none is tried until then. */
    public void begin() {
        unwritten = false;
        if (swap != null) {
            swap.forgetFailure();
        }
    }

    /** {@return whether the last pages that were to go to swap could not be written} */
    boolean failed() {
        return swap != null && swap.failed();
    }

    @SuppressWarnings("ReferenceEquality")
    private void remember(FileObject file) {
        for (int i = 0; i < files; i++) {
            if (dirty[i] == file) {
                return;
            }
        }
        if (files < FILES) {
            dirty[files++] = file;
        }
    }

    private int small(long head) {
        if (rooms.lazyPages.lazy(head)) {
            return rooms.lazyPages.drop(agent, head);
        }
        SwapOut out = swap;
        if (out == null || out.failed()) {
            agent.letGo(head);
            return 0;
        }
        out.add(agent, head);
        return out.room() ? 0 : out.run(agent);
    }

    private int large(long head) {
        if (rooms.lazyPages.lazy(head)) {
            return rooms.lazyPages.drop(agent, head);
        }
        if (failed() || rooms.swap.slots().free() < Pages.PER_LARGE || !split.splitHeld(agent, head)) {
            agent.letGo(head);
            return 0;
        }
        int gone = 0;
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            long pfn = head + i;
            if (i == 0 || frames.tryLock(pfn)) {
                gone += small(pfn);
            } else {
                agent.put(pfn);
            }
        }
        return gone;
    }

    /** Ends what was put together. @return pages that are free now */
    public int end() {
        return swap == null ? 0 : swap.run(agent);
    }

    /** Begins to write back what was found dirty; outside the world. */
    public void writeBack() {
        for (int i = 0; i < files; i++) {
            FileObject file = dirty[i];
            dirty[i] = null;
            if (file != null) {
                rooms.cache.flushLater(file);
            }
        }
        files = 0;
    }
}

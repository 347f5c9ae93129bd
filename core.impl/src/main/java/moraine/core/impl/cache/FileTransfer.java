package moraine.core.impl.cache;

import java.lang.foreign.MemorySegment;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.reclaim.DirectReclaim.Stand;

/**
 * Reads and writes files of the cache by handle, a page at a time.
 *
 * <p>A reader holds a reference: a page that somebody refers to is not replaced. A writer holds the frame's lock, so
 * that no copy is taken while it writes, neither by a migration nor by writing back; length and dirty mark go first,
 * together.
 */
final class FileTransfer {
    private final Rooms rooms;
    private final PageCache cache;
    private final Frames frames;
    private final Content content;
    private final FileHost host;
    private final CachePages pages;
    private final FileLoader loader;
    private final FileCut cut;

    FileTransfer(Rooms rooms, PageCache cache, FileHost host, CachePages pages, FileLoader loader) {
        this.rooms = rooms;
        this.cache = cache;
        this.frames = rooms.frames;
        this.content = new Content(rooms);
        this.host = host;
        this.pages = pages;
        this.loader = loader;
        this.cut = new FileCut(rooms, host, pages);
    }

    long read(FileObject file, Readahead stream, long position, MemorySegment target) {
        long done = 0;
        while (done < target.byteSize()) {
            long at = position + done;
            long bytes = Math.min(piece(at, target.byteSize() - done), file.bytes() - at);
            if (bytes <= 0) {
                break;
            }
            if (readPage(file, stream, at, target, done, bytes)) {
                done += bytes;
            } else {
                load(file, stream, at, target.byteSize() - done);
            }
        }
        return done;
    }

    private static long piece(long position, long bytes) {
        return Math.min(bytes, Pages.SIZE - (position & Pages.OFFSET_MASK));
    }

    /** {@return false when the page has to be loaded first} */
    private boolean readPage(
            FileObject file, Readahead stream, long position, MemorySegment target, long offset, long bytes) {
        long index = position >>> Pages.SHIFT;
        boolean ahead = false;
        Agent agent = rooms.begin();
        long pfn;
        try {
            pfn = pages.find(file, index);
            if (pfn >= 0) {
                ahead = stream.hit(index);
                content.read(pfn, (int) (position & Pages.OFFSET_MASK), target, offset, bytes);
                agent.put(pfn);
            }
        } finally {
            rooms.done(agent);
        }
        if (ahead) {
            cache.readAhead(file, stream.start(), stream.start() + stream.pages(), /* vma= */ null, pages.node());
        }
        return pfn >= 0;
    }

    /**
     * Brings a page in, and others that the call is about to read. SIGBUS says that the file was cut meanwhile, which
     * the caller sees for itself.
     */
    private void load(FileObject file, Readahead stream, long position, long bytes) {
        long index = position >>> Pages.SHIFT;
        long wanted = (position + bytes - 1 >>> Pages.SHIFT) - index + 1;
        Agent agent = rooms.newAgent();
        Errno outcome;
        try {
            int count = (int) Math.min(wanted, FileLoader.LARGEST);
            outcome = loader.load(agent, file, index, count, stream, /* vma= */ null, pages.node());
        } finally {
            rooms.retire(agent);
        }
        if (outcome != Errno.OK && outcome != Errno.SIGBUS) {
            throw noRoom(file, position, outcome);
        }
    }

    private MoraineException noRoom(FileObject file, long position, Errno outcome) {
        return new MoraineException(
                outcome,
                Blame.RESOURCES,
                "byte " + position + " of " + file.path() + " found no free page for the default tenant; "
                        + rooms.swap.lack("unmap some, allow it more nodes"));
    }

    void write(FileObject file, Readahead stream, long position, MemorySegment source) {
        file.changing.lock();
        try {
            fillGap(file, position);
            for (long done = 0; done < source.byteSize(); ) {
                long at = position + done;
                long bytes = piece(at, source.byteSize() - done);
                if (writePage(file, at, source, done, bytes)) {
                    done += bytes;
                    settle();
                } else {
                    load(file, stream, at, bytes);
                }
            }
        } finally {
            file.changing.unlock();
        }
    }

    /** Waits where too many pages are dirty; the lock for changes is held. */
    private void settle() {
        Agent agent = rooms.newAgent();
        try {
            agent.afterwork().dirtied();
            cache.after(agent);
        } finally {
            rooms.retire(agent);
        }
    }

    /** Makes zero what mappings stored behind the end, before the end moves away. */
    private void fillGap(FileObject file, long position) {
        if (position > file.bytes()) {
            Agent agent = rooms.begin();
            try {
                cut.clearTail(agent, file, file.bytes());
            } finally {
                rooms.done(agent);
            }
        }
    }

    /** {@return false when the page has to be loaded first} */
    private boolean writePage(FileObject file, long position, MemorySegment source, long offset, long bytes) {
        long index = position >>> Pages.SHIFT;
        Agent agent = rooms.begin();
        try {
            long pfn = cut.lock(agent, file, index);
            if (pfn < 0 && (bytes == Pages.SIZE || index >= file.pages())) {
                return writeNew(agent, file, position, source, offset, bytes);
            }
            if (pfn >= 0) {
                file.lock(rooms.actors);
                file.dirty(index, /* now= */ true);
                file.grow(position + bytes);
                file.unlock();
                content.write(source, offset, pfn, (int) (position & Pages.OFFSET_MASK), bytes);
                frames.unlock(pfn);
                agent.put(pfn);
                return true;
            }
        } finally {
            rooms.done(agent);
        }
        return false;
    }

    /** Writes a page that need not be read first. @return false when somebody else brought it in meanwhile */
    private boolean writeNew(
            Agent agent, FileObject file, long position, MemorySegment source, long offset, long bytes) {
        long index = position >>> Pages.SHIFT;
        long pfn = agent.directReclaim()
                .repeat(
                        /* owner= */ null,
                        Stand.WITHIN,
                        () -> pages.make(agent, file, index, /* vma= */ null, pages.node(), /* needed= */ true));
        if (pfn < 0) {
            throw noRoom(file, position, Errno.values()[(int) -pfn]);
        }
        frames.zero(pfn, 1);
        content.write(source, offset, pfn, (int) (position & Pages.OFFSET_MASK), bytes);
        frames.owner(pfn, file.id(), index);
        file.lock(rooms.actors);
        boolean mine = file.page(index) < 0;
        if (mine) {
            file.page(index, pfn);
            file.dirty(index, /* now= */ true);
            file.grow(position + bytes);
            disbelieve(file, index);
        }
        file.unlock();
        if (!mine) {
            agent.put(pfn);
        }
        return mine;
    }

    /**
     * A read of the page that is under way would bring back what it was, were this one written and dropped meanwhile.
     */
    private static void disbelieve(FileObject file, long index) {
        if (file.loads.containsKey(index)) {
            file.disbelieve();
        }
    }

    void truncate(FileObject file, long bytes) {
        file.changing.lock();
        try {
            if (!file.awaitFlushing(rooms.actors, rooms.tuning.cacheDeadlineNs)) {
                throw host.late("truncate", file.path());
            }
            try {
                cut.resize(file, bytes);
            } finally {
                file.endFlushing(rooms.actors);
            }
        } finally {
            file.changing.unlock();
        }
    }
}

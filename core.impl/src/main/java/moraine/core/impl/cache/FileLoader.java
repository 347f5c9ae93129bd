package moraine.core.impl.cache;

import java.nio.ByteBuffer;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Brings pages of files into the cache, an aligned window at a time. Called outside the world and with no guard held,
 * for it waits for the system.
 */
final class FileLoader {
    private final Rooms rooms;
    private final FileHost host;
    private final Content content;
    private final CachePages pages;
    /** Pages read at once. */
    private final int window;

    FileLoader(Rooms rooms, FileHost host, CachePages pages) {
        this.rooms = rooms;
        this.host = host;
        this.content = new Content(rooms);
        this.pages = pages;
        this.window = rooms.tuning.cacheWindowPages;
    }

    /**
     * Makes a page present, or waits for somebody who does. Neighbours come along as far as there is room.
     *
     * @param vma whose touch it is, or null
     * @param initiator node of the processor that touched
     * @return OK when it is worth looking again; SIGBUS beyond the end, ENOMEM, EDQUOT
     * @throws moraine.core.api.model.MoraineException EIO
     */
    Errno load(Agent agent, FileObject file, long index, @Nullable Vma vma, int initiator) {
        long number = index / window;
        var mine = new FileObject.Load();
        FileObject.Load other = file.loads.putIfAbsent(number, mine);
        if (other != null) {
            agent.count(Stat.CPU_WAITS);
            rooms.actors.await(other::done, Long.MAX_VALUE);
            return Errno.OK;
        }
        try {
            return loadAlone(agent, file, index, vma, initiator);
        } finally {
            file.loads.remove(number, mine);
            mine.end();
            rooms.actors.signal();
        }
    }

    private Errno loadAlone(Agent agent, FileObject file, long index, @Nullable Vma vma, int initiator) {
        long epoch = file.epoch();
        long first = index - index % window;
        int count = (int) Math.min(window, file.pages() - first);
        if (index >= first + count) {
            return Errno.SIGBUS;
        }
        if (present(file, index)) {
            return Errno.OK;
        }
        ByteBuffer staging = content.staging(count);
        if (!read(file, first, count, staging, epoch)) {
            return Errno.OK;
        }
        rooms.charge(Cost.FILE, initiator, initiator, initiator, (long) count * Pages.SIZE);
        agent.count(Stat.FILE_READ_PAGES, count);
        rooms.world.enter(agent);
        try {
            Errno outcome = put(agent, file, index, staging, epoch, vma, initiator);
            for (long at = first; at < first + count && outcome == Errno.OK; at++) {
                if (!present(file, at) && put(agent, file, at, staging, epoch, vma, initiator) != Errno.OK) {
                    break;
                }
            }
            return outcome;
        } finally {
            rooms.world.exit(agent);
        }
    }

    /** {@return false when it was refused because the file is not in the cache any more} */
    private boolean read(FileObject file, long first, int count, ByteBuffer staging, long epoch) {
        try {
            host.run("read", file.path(), () -> file.store().read(first, count, staging));
            return true;
        } catch (MoraineException e) {
            if (file.epoch() == epoch) {
                throw e;
            }
            return false;
        }
    }

    private boolean present(FileObject file, long index) {
        file.lock(rooms.actors);
        try {
            return file.page(index) >= 0;
        } finally {
            file.unlock();
        }
    }

    private Errno put(
            Agent agent,
            FileObject file,
            long index,
            ByteBuffer staging,
            long epoch,
            @Nullable Vma vma,
            int initiator) {
        long pfn = pages.make(agent, file, index, vma, initiator);
        if (pfn < 0) {
            return Errno.values()[(int) -pfn];
        }
        content.put(staging, (int) (index % window), pfn);
        pages.publish(agent, file, index, pfn, epoch);
        return Errno.OK;
    }
}

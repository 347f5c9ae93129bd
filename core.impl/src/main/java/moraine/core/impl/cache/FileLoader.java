package moraine.core.impl.cache;

import java.nio.ByteBuffer;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.reclaim.DirectReclaim.Stand;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Brings pages of files into the cache: what is wanted, and what {@link Readahead} says. Called outside the world and
 * with no guard held, for it waits for the system.
 *
 * <p>Whoever reads pages has claimed each of them in {@link FileObject#loads}; others who want one wait for the claim
 * to go, and look again.
 */
@SuppressWarnings("EnumOrdinal")
final class FileLoader {
    /** Pages read at once at most. */
    static final int LARGEST = Pages.PER_LARGE;

    private static final System.Logger LOG = System.getLogger(FileLoader.class.getName());

    private final Rooms rooms;
    private final Frames frames;
    private final FileHost host;
    private final Content content;
    private final CachePages pages;

    FileLoader(Rooms rooms, FileHost host, CachePages pages) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.host = host;
        this.content = new Content(rooms);
        this.pages = pages;
    }

    /**
     * Makes a page present, or waits for somebody who does. What else is wanted, and what is read ahead, comes along as
     * far as there is room.
     *
     * @param wanted pages from that one on that the touch or the read is for
     * @param vma whose touch it is, or null
     * @param initiator node of the processor that touched
     * @return OK when it is worth looking again; SIGBUS beyond the end, ENOMEM, EDQUOT
     * @throws MoraineException EIO
     */
    Errno load(
            Agent agent, FileObject file, long index, int wanted, Readahead stream, @Nullable Vma vma, int initiator) {
        long answer = agent.directReclaim()
                .repeat(
                        vma == null ? null : vma.space(),
                        Stand.OUTSIDE,
                        () -> -loadOnce(agent, file, index, wanted, stream, vma, initiator)
                                .ordinal());
        return Errno.values()[(int) -answer];
    }

    private Errno loadOnce(
            Agent agent, FileObject file, long index, int wanted, Readahead stream, @Nullable Vma vma, int initiator) {
        var mine = new FileObject.Load();
        FileObject.Load other = file.loads.putIfAbsent(index, mine);
        if (other != null) {
            agent.count(Stat.CPU_WAITS);
            rooms.actors.await(other::done, Long.MAX_VALUE);
            return Errno.OK;
        }
        long epoch = file.epoch();
        long end = index + 1;
        try {
            if (index >= file.pages()) {
                return Errno.SIGBUS;
            }
            if (present(file, index)) {
                return Errno.OK;
            }
            int asked = Math.min(wanted, LARGEST);
            int count = Math.clamp(stream.miss(index, asked), asked, LARGEST);
            count = rooms.allocator.low(rooms.home(initiator)) ? asked : count;
            end = claim(file, index + 1, index + count, mine);
            agent.count(Stat.FILE_AHEAD_PAGES, Math.max(0, end - index - asked));
            return read(agent, new Run(file, index, (int) (end - index), epoch, vma, initiator, true));
        } finally {
            letGo(file, index, end, mine);
        }
    }

    /** Reads pages that nobody waits for yet, as long as there is room; on a thread for files. */
    void ahead(FileObject file, long first, long end, @Nullable Vma vma, int initiator) {
        Agent agent = rooms.newAgent();
        try {
            long at = first;
            while (at < Math.min(end, file.pages())) {
                at = aheadOnce(agent, file, at, Math.min(end, file.pages()), vma, initiator);
            }
        } catch (MoraineException e) {
            LOG.log(System.Logger.Level.DEBUG, "reading ahead ends: " + e.getMessage());
        } finally {
            rooms.retire(agent);
        }
    }

    /** Reads one run of pages that are lacking. @return where to go on */
    private long aheadOnce(Agent agent, FileObject file, long from, long limit, @Nullable Vma vma, int initiator) {
        var mine = new FileObject.Load();
        long epoch = file.epoch();
        long first = from;
        while (first < limit && claim(file, first, first + 1, mine) == first) {
            first++;
        }
        if (first == limit || rooms.allocator.low(rooms.home(initiator))) {
            letGo(file, first, Math.min(first + 1, limit), mine);
            return limit;
        }
        long end = first + 1;
        try {
            end = claim(file, first + 1, Math.min(limit, first + LARGEST), mine);
            agent.count(Stat.FILE_AHEAD_PAGES, end - first);
            var run = new Run(file, first, (int) (end - first), epoch, vma, initiator, false);
            return read(agent, run) == Errno.OK ? end : limit;
        } finally {
            letGo(file, first, end, mine);
        }
    }

    /** Claims pages that are lacking, up to the first that is not. @return the end of what was claimed */
    private long claim(FileObject file, long from, long to, FileObject.Load mine) {
        long limit = Math.min(to, file.pages());
        long at = from;
        while (at < limit && file.loads.putIfAbsent(at, mine) == null) {
            // only now: who had claimed it before may have brought it in meanwhile
            if (present(file, at)) {
                file.loads.remove(at, mine);
                break;
            }
            at++;
        }
        return at;
    }

    private void letGo(FileObject file, long first, long end, FileObject.Load mine) {
        for (long at = first; at < end; at++) {
            file.loads.remove(at, mine);
        }
        mine.end();
        rooms.actors.signal();
    }

    /**
     * Pages that are being read.
     *
     * @param epoch of the file before it was asked whether they are there, which proves that they are still true
     * @param vma whose tenant is charged, or null
     * @param initiator node of the processor that wants them
     * @param needed whether somebody waits for the first
     */
    private record Run(
            FileObject file,
            long first,
            int count,
            long epoch,
            @Nullable Vma vma,
            int initiator,
            boolean needed) {}

    private Errno read(Agent agent, Run run) {
        int count = run.count();
        ByteBuffer staging = content.staging(count);
        if (!read(run, staging)) {
            return Errno.OK;
        }
        int initiator = run.initiator();
        rooms.charge(Cost.FILE, initiator, initiator, initiator, (long) count * Pages.SIZE);
        agent.count(Stat.FILE_READ_PAGES, count);
        rooms.points.reach(Point.FILE_READ);
        rooms.world.enter(agent);
        try {
            Errno outcome = put(agent, run, 0, staging);
            for (int slot = 1; slot < count && outcome == Errno.OK; slot++) {
                if (put(agent, run, slot, staging) != Errno.OK) {
                    break;
                }
            }
            return outcome;
        } finally {
            rooms.world.exit(agent);
        }
    }

    /** {@return false when it was refused because the file is not in the cache any more} */
    private boolean read(Run run, ByteBuffer staging) {
        FileObject file = run.file();
        try {
            host.read(file, () -> file.store().read(run.first(), run.count(), staging));
            return true;
        } catch (MoraineException e) {
            if (file.epoch() == run.epoch()) {
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

    private Errno put(Agent agent, Run run, int slot, ByteBuffer staging) {
        long index = run.first() + slot;
        boolean needed = run.needed() && slot == 0;
        long pfn = pages.make(agent, run.file(), index, run.vma(), run.initiator(), needed);
        if (pfn < 0) {
            return Errno.values()[(int) -pfn];
        }
        content.put(staging, slot, pfn);
        if (!pages.direct(pfn)) {
            int node = frames.node(pfn);
            rooms.charge(Cost.COPY, run.initiator(), rooms.home(node), node, Pages.SIZE);
        }
        pages.publish(agent, run.file(), index, pfn, run.epoch());
        return Errno.OK;
    }
}

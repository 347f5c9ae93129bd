package moraine.core.impl.reclaim;

import java.util.function.LongSupplier;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.model.WhenFull;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Worker;
import moraine.core.impl.space.SpaceImpl;
import org.jspecify.annotations.Nullable;

/**
 * Makes room for a touch that the allocator refused a page, on the nodes that its request may use, by the touching
 * thread itself (Linux direct reclaim). Where the tenant's quota is what keeps it from a node, of the tenant's own
 * pages. Confined to one agent.
 *
 * <p>Why it ends. A round looks at every frame at most twice. One that frees something lets the touch look for a page
 * again, for one page so many times in a row. One that frees nothing is the last, unless somebody else holds what might
 * have gone; then it is repeated so many times. Nothing is allocated, and what is waited for is the storage, which
 * waits for no page.
 */
@SuppressWarnings("EnumOrdinal")
public final class DirectReclaim {
    /** How long it waits for others who hold pages, but write none. */
    private static final long PATIENCE_NS = 1_000_000;

    /** Pages that are taken out of memory in a round at most. */
    private static final int MOST = 1 << 20;

    private static final int NOBODY = -1;

    private static final int NOMEM = Errno.ENOMEM.ordinal();
    private static final int DQUOT = Errno.EDQUOT.ordinal();

    /** Where an agent stands that needs room. */
    public enum Stand {
        /** Outside the world, with nothing held. */
        OUTSIDE,
        /** In the world once, which it leaves, with nothing held. */
        WITHIN,
        /** In the world, with guards held that no file must be waited for with. */
        HOLDING
    }

    private final Rooms rooms;
    private final Agent agent;
    private final int retries;
    private final int batch;
    private final Progress progress;
    private @Nullable Victims victims;

    /**
     * The page of which space was refused last, why, how often in a row to the same touch, and whether room is still to
     * be made.
     */
    private int space = NOBODY;

    private long page;
    private Errno why = Errno.ENOMEM;
    private int times;
    private boolean postponed;
    private long stalls;

    public DirectReclaim(Rooms rooms, Agent agent) {
        this.rooms = rooms;
        this.agent = agent;
        this.retries = rooms.tuning.reclaimRetries;
        this.batch = rooms.tuning.reclaimBatchPages;
        this.progress = new Progress(rooms.tuning.reclaimPasses);
    }

    /** Names what counts the progress of those whose touches the agent serves, who need several pages at once. */
    public void progress(LongSupplier count) {
        progress.countedBy(count);
    }

    /** {@return how often room was made, or tried to} */
    public long stalls() {
        return stalls;
    }

    /** {@return whether anything could leave memory for the request that was refused last; cheap} */
    private boolean mayHelp() {
        return agent.worker().refusedOrder == 0
                && (rooms.swap.slots().free() > 0 || rooms.cache.pages() > 0 || rooms.lazyPages.any());
    }

    /**
     * Says how a touch ends that was refused a page while guards are held.
     *
     * @param lack ENOMEM or EDQUOT
     * @return EAGAIN when room is to be made with no guard held, see {@link #due}; else the lack, or SIGKILL when that
     *     ended the space
     */
    public Errno postpone(SpaceImpl owner, long address, Errno lack) {
        long at = Pages.floor(address);
        times = owner.id() == space && at == page ? times + 1 : 1;
        space = owner.id();
        page = at;
        why = lack;
        postponed = times <= retries && mayHelp();
        if (postponed) {
            return Errno.EAGAIN;
        }
        times = 0;
        return end(owner, lack);
    }

    /** The touch has its page, or is given up: one that comes later is refused for the first time. */
    public void touchEnds() {
        times = 0;
        postponed = false;
    }

    /** {@return whether room is to be made for one of some pages, see {@link #makeRoom(SpaceImpl)}; once} */
    public boolean due(SpaceImpl owner, long start, int pages) {
        boolean was = postponed;
        postponed = false;
        return was && owner.id() == space && page >= start && page - start < (long) pages << Pages.SHIFT;
    }

    /**
     * Makes room for what was postponed. Called outside the world with no guard held.
     *
     * @return OK when it is worth trying again; else how the touch ends
     */
    public Errno makeRoom(SpaceImpl owner) {
        return makeRoom(owner, why, Stand.OUTSIDE);
    }

    /**
     * Repeats an attempt to get a page, with room made in between.
     *
     * @param owner space that is ended where its binding says so, or null
     * @param attempt answers 0 or more, or a negative errno
     * @return what it answered last; instead of ENOMEM also SIGKILL, negated
     */
    public long repeat(@Nullable SpaceImpl owner, Stand stand, LongSupplier attempt) {
        long answer = attempt.getAsLong();
        for (int i = 0; answer == -NOMEM || answer == -DQUOT; i++) {
            Errno lack = answer == -NOMEM ? Errno.ENOMEM : Errno.EDQUOT;
            Errno room = i < retries && mayHelp() ? makeRoom(owner, lack, stand) : end(owner, lack);
            if (room != Errno.OK) {
                return -room.ordinal();
            }
            answer = attempt.getAsLong();
        }
        return answer;
    }

    private Errno makeRoom(@Nullable SpaceImpl owner, Errno lack, Stand stand) {
        if (stand == Stand.WITHIN) {
            rooms.world.exit(agent);
        }
        try {
            return rounds(owner, lack, stand != Stand.HOLDING);
        } finally {
            if (stand == Stand.WITHIN) {
                rooms.world.enter(agent);
            }
        }
    }

    /** @param alone whether nothing is held, so that files may be waited for */
    private Errno rounds(@Nullable SpaceImpl owner, Errno lack, boolean alone) {
        stalls++;
        agent.count(Stat.ALLOCSTALL);
        if (progress.futile()) {
            return end(owner, lack);
        }
        Victims mine = victims();
        mine.begin();
        for (int idle = 0; ; idle++) {
            if (owner != null && owner.killed()) {
                return Errno.SIGKILL;
            }
            long batches = rooms.swap.batches();
            if (round(mine, lack)) {
                return Errno.OK;
            }
            if (idle == retries || !await(mine, alone, batches)) {
                return end(owner, lack);
            }
        }
    }

    private Victims victims() {
        Victims now = victims;
        if (now == null) {
            now = new Victims(rooms, agent);
            victims = now;
        }
        return now;
    }

    /**
     * Takes from the nodes in their order. For those who need several pages at once each round begins at another: what
     * they get comes to where the last took from, and would be taken next. @return whether there is room now
     */
    private boolean round(Victims mine, Errno lack) {
        AllocRequest request = agent.worker().refused;
        rooms.world.enter(agent);
        try {
            if (rooms.lazyPages.makeRoom(agent, lack, request.tenant)) {
                return true;
            }
            int freed = 0;
            long there = 0;
            boolean fits = false;
            int[] nodes = rooms.allocator.openTo(request);
            for (int i = 0; i < nodes.length; i++) {
                int node = nodes[Math.floorMod(i + progress.rounds(), nodes.length)];
                long excess = rooms.allocator.excess(request, node);
                if (mine.leaves(rooms.allocator.zonelists().type(node))) {
                    there += excess > 0 ? rooms.tenants.charged(request.tenant, node) : rooms.allocator.capacity(node);
                    freed += freed < batch ? take(mine, request, node, excess, batch - freed) : 0;
                }
                fits |= rooms.allocator.excess(request, node) == 0 && rooms.allocator.lacking(request, node) == 0;
            }
            progress.round(freed, there);
            return freed > 0 || fits;
        } finally {
            rooms.world.exit(agent);
        }
    }

    private int take(Victims mine, AllocRequest request, int node, long excess, int least) {
        long lacking = excess > 0 ? excess : rooms.allocator.lacking(request, node);
        return mine.take(node, excess > 0 ? request.tenant : Victims.ANYBODY, Math.clamp(lacking, least, MOST));
    }

    /** Waits for those who hold what could have gone. @return whether it is worth looking again */
    private boolean await(Victims mine, boolean alone, long batches) {
        boolean contested = mine.contested();
        boolean unwritten = mine.reclaimer().metUnwritten();
        boolean virtual = rooms.environment.clock().virtual();
        if (mine.reclaimer().failed()) {
            return false;
        }
        if (unwritten && alone) {
            return written(mine, virtual) || contested && !virtual;
        }
        if (virtual || !contested && !rooms.swap.writing()) {
            return false;
        }
        if (rooms.swap.writing()) {
            rooms.actors.await(
                    () -> rooms.swap.batches() != batches || !rooms.swap.writing(), rooms.tuning.swapDeadlineNs);
        } else {
            rooms.actors.await(() -> false, PATIENCE_NS);
        }
        return true;
    }

    /** Has files written back whose pages could not go. @return whether pages are clean now, or still on their way */
    private boolean written(Victims mine, boolean virtual) {
        long before = rooms.cache.unwritten();
        mine.reclaimer().writeBack();
        return virtual
                ? rooms.cache.unwritten() < before
                : rooms.actors.await(() -> rooms.cache.unwritten() < before, rooms.tuning.cachePauseNs)
                        || rooms.cache.writing() > 0;
    }

    /** {@return how a touch ends that found no room, which may end its space} */
    private Errno end(@Nullable SpaceImpl owner, Errno lack) {
        Worker worker = agent.worker();
        boolean ends = lack == Errno.ENOMEM
                && worker.refusedOrder == 0
                && !worker.refused.forced()
                && rooms.allocator.zonelists().whenFull(worker.refusedNode) == WhenFull.END;
        if (!ends || owner == null) {
            return lack;
        }
        owner.kill(agent, worker.refusedNode);
        return Errno.SIGKILL;
    }
}

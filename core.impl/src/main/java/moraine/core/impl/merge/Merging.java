package moraine.core.impl.merge;

import java.util.concurrent.locks.ReentrantLock;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.daemon.FolioList;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.migration.FolioMerge;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;

/**
 * Merges pages of equal content (Linux mm/ksm.c). Two trees lead from content to a page: the stable one to merged
 * pages, which nobody may write; the unstable one to candidates, which may change at any time, and which is begun anew
 * each round. What a tree says is proven before a page is merged.
 *
 * <p>A page is a candidate when its checksum is the one of an earlier round. So pages that change all the time cost a
 * checksum a round and nothing else; not even a merged page of the content that they happen to have takes them.
 *
 * <p>One thread at a time merges; another that comes meanwhile does nothing. The caller holds no guard but the world.
 */
public final class Merging {
    /** What it costs to look at the record and the mappings of a page, to read it, and to compare it with another. */
    private static final long LOOK_NS = 50;

    private static final long CHECKSUM_NS = 400;
    private static final long COMPARE_NS = 400;
    /** Mappings that a merged page can have more before forks are refused. */
    private static final int MOST_MAPPINGS = 1 << 15;
    /** Merged pages looked at beside each page of a list. */
    private static final int SWEEP = 2;

    private static final int UNUSABLE =
            Frames.PINNED | Frames.LAZY | Frames.UNEVICTABLE | Frames.WRITEBACK | Frames.POISONED | Frames.HEAD;

    /**
     * What is to be done with a list.
     *
     * @param rules which pages may be merged with which
     * @param round changes when all pages have been met
     * @param mover as histories name it
     * @param endNs when to end
     * @param mostPages how many may be freed
     */
    public record Order(MergeRules rules, long round, int mover, long endNs, long mostPages) {}

    private final Rooms rooms;
    private final Frames frames;
    private final FolioMerge merge;
    private final MergedPages stable;
    private final ContentTree unstable = new ContentTree();
    private final Checksums checksums;
    private final ReentrantLock right = new ReentrantLock();
    private volatile boolean wanted;
    private long round;
    private long unsettled;
    /* Of the last round that ended. */
    private volatile long unsharedPages;
    private volatile long volatilePages;
    private volatile long rounds;

    public Merging(Rooms rooms, Counters counters) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.merge = new FolioMerge(rooms);
        this.stable = new MergedPages(rooms, merge);
        this.checksums = new Checksums(frames);
        counters.gauge("ksm.pages_shared", "pages", "merged pages in use", stable::shared);
        counters.gauge("ksm.pages_sharing", "pages", "pages that merged ones save", stable::sharing);
        counters.gauge(
                "ksm.pages_unshared", "pages", "candidates of the last round with no equal", () -> unsharedPages);
        counters.gauge("ksm.pages_volatile", "pages", "pages of the last round that changed", () -> volatilePages);
        counters.gauge("ksm.full_scans", "rounds", "rounds over all mergeable pages", () -> rounds);
        counters.gauge("ksm.general_profit", "bytes", "bytes that merging saves less those it needs", this::profit);
    }

    private long profit() {
        return (stable.sharing() << Pages.SHIFT) - stable.bytes() - unstable.bytes() - checksums.bytes();
    }

    /** Says that some memory may be merged from now on. */
    public void advised() {
        wanted = true;
    }

    /** {@return whether a frame is a merged page; it stays one until it is free} */
    public boolean merged(long pfn) {
        MemoryObject object = rooms.objects.get(frames.object(pfn));
        return object != null && object.kind() == MemoryObject.Kind.MERGED;
    }

    /** {@return whether memory of a type may hold merged pages} */
    public boolean holdable(int type) {
        return rooms.types.has(type, Attribute.MERGEABLE) && rooms.types.cpuAddressable(type);
    }

    /**
     * Looks at the pages of a list, and takes them off it; all while no memory may be merged, none while another thread
     * merges.
     *
     * @return pages that are free now
     */
    public int run(Agent agent, FolioList folios, Order order) {
        if (!wanted) {
            while (folios.size() > 0) {
                folios.remove(folios.size() - 1);
            }
            return 0;
        }
        if (!right.tryLock()) {
            return 0;
        }
        rooms.world.enter(agent);
        try {
            if (order.round() != round) {
                endRound(order.round());
            }
            int freed = 0;
            for (int i = folios.size() - 1; i >= 0 && freed < order.mostPages() && rooms.nowNs() < order.endNs(); i--) {
                if (folios.pages(i) == 1 && folios.anonymous(i)) {
                    freed += look(agent, folios.pfn(i), folios.identity(i), order) ? 1 : 0;
                    stable.sweep(agent, SWEEP, order.rules());
                }
                folios.remove(i);
            }
            if (freed > 0) {
                agent.count(Stat.KSM_FREED, freed);
                rooms.events.record(Event.Kind.MERGE, folios.node(), -1, 0, freed, Cause.MERGE);
            }
            return freed;
        } finally {
            rooms.world.exit(agent);
            right.unlock();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // who has the right alone writes
    private void endRound(long next) {
        unsharedPages = unstable.size();
        volatilePages = unsettled;
        rounds++;
        unstable.clear();
        unsettled = 0;
        round = next;
    }

    /** {@return whether the frame is free now} */
    private boolean look(Agent agent, long pfn, long identity, Order order) {
        charge(agent, LOOK_NS);
        if (!frames.exists(pfn) || frames.isTail(pfn) || !frames.hold(pfn)) {
            return false;
        }
        if (frames.word1(pfn) == identity && usable(pfn) && consider(agent, pfn, order)) {
            return true;
        }
        agent.letGo(pfn);
        return false;
    }

    /** {@return whether a page that the caller holds may be merged, by its record, type and mappings} */
    private boolean usable(long pfn) {
        return !frames.isTail(pfn)
                && holdable(frames.type(pfn))
                && !frames.flag(pfn, UNUSABLE)
                && frames.mappings(pfn) > 0
                && merge.advised(pfn);
    }

    /** Does with a page that is held what its content asks for. @return whether it is free now, else it is held */
    private boolean consider(Agent agent, long pfn, Order order) {
        charge(agent, CHECKSUM_NS);
        long sum = frames.checksum(pfn);
        if (!checksums.settled(pfn, sum, order.round())) {
            unsettled++;
            return false;
        }
        if (order.rules().zeroPages() && frames.isZero(pfn)) {
            boolean gone = merge.zero(agent, pfn);
            agent.count(Stat.KSM_ZERO, gone ? 1 : 0);
            return gone;
        }
        long key = stable.key(sum, pfn, order.rules());
        MergedPage page = stable.find(key);
        return page != null && join(agent, pfn, page, sum, key, order.rules()) || pair(agent, pfn, sum, key, order);
    }

    private boolean join(Agent agent, long pfn, MergedPage page, long sum, long key, MergeRules rules) {
        long to = page.frame();
        if (!frames.hold(to)) {
            return false;
        }
        boolean joined = false;
        boolean here = stable.is(page, to) && stable.key(sum, to, rules) == key;
        if (here && hasRoom(page, to, rules) && equal(agent, pfn, to)) {
            if (frames.tenant(pfn) != frames.tenant(to)) {
                page.joinTenants();
            }
            joined = merge.join(agent, pfn, page);
        }
        agent.letGo(to);
        return joined;
    }

    private boolean hasRoom(MergedPage page, long to, MergeRules rules) {
        if (page.sites() >= rules.maxSharing()) {
            merge.prune(page);
        }
        return page.sites() < rules.maxSharing()
                && frames.mappings(to) < MOST_MAPPINGS
                && holdable(frames.type(to))
                && !frames.flag(to, UNUSABLE & ~Frames.LAZY);
    }

    /** {@return whether two pages seem equal; they may change} */
    private boolean equal(Agent agent, long one, long other) {
        charge(agent, COMPARE_NS);
        return frames.sameContent(one, other) && frames.mappings(one) < MOST_MAPPINGS;
    }

    /** Merges a page with a candidate, or makes it one. */
    private boolean pair(Agent agent, long pfn, long sum, long key, Order order) {
        long other = unstable.get(key);
        if (other == ContentTree.NOTHING || other == pfn || !frames.exists(other) || !frames.hold(other)) {
            unstable.put(key, pfn);
            return false;
        }
        boolean one = false;
        if (usable(other) && pairs(other, pfn, order.rules()) && equal(agent, pfn, other)) {
            one = pair(agent, other, pfn, order.mover(), sum, key);
        }
        agent.letGo(other);
        if (!one) {
            unstable.put(key, pfn);
        }
        return one;
    }

    /** {@return whether a frame that was a candidate still is one of the same node and tenant, where that matters} */
    private boolean pairs(long other, long pfn, MergeRules rules) {
        return (rules.acrossNodes() || frames.node(other) == frames.node(pfn))
                && (rules.acrossTenants() || frames.tenant(other) == frames.tenant(pfn));
    }

    private boolean pair(Agent agent, long kept, long gone, int mover, long sum, long key) {
        MergedPage made = rooms.objects.create(MergedPage::new);
        if (frames.tenant(kept) != frames.tenant(gone)) {
            made.joinTenants();
        }
        if (!merge.pair(agent, kept, gone, made, mover)) {
            rooms.objects.remove(made);
            return false;
        }
        unstable.remove(key);
        stable.add(made, sum, key);
        return true;
    }

    private void charge(Agent agent, long ns) {
        int initiator = agent.initiator();
        rooms.charge(Cost.COMPUTE, initiator, initiator, initiator, ns);
    }
}

package moraine.core.impl.allocator;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;

/** Hands frames out and takes them back. What a policy wants is in the zonelists; here nothing knows a policy. */
@SuppressWarnings("EnumOrdinal")
public final class Allocator extends ZoneTable {
    /*
     * Protocol
     * --------
     * An order-0 request is served from the worker's own cache of the node: no lock, no atomic operation but the
     * release store that makes the frame's record one in use. A cache that is empty or full turns to the zone, many
     * frames at a time, under the zone's spin lock; so do folios, and everything while free pages are below the low
     * mark, when frames belong where all can reach them. `zonelists` (types of new pages included) is replaced as a
     * whole and read once a request. Zones come and go only with memory; a worker learns that its cached
     * frames are void from their zone's mode.
     * Before a request for one frame is refused, the caches of workers that are at nothing are given back (Linux
     * drain_all_pages), so that free frames are not out of reach for longer than somebody's operation.
     * A frame is given back by whoever dropped its last reference. From then on until it is handed out again no
     * reference can be taken, so its record needs no compare-and-set.
     */
    private static final long CACHED = FrameWord.flags(Frames.CACHED);

    /** What no frame may show that is given back. */
    private static final long HELD = FrameWord.REFS
            | (long) FrameWord.MAPPINGS_MAX << FrameWord.MAPPINGS_SHIFT
            | FrameWord.flags(Frames.LOCKED | Frames.TAIL | Frames.FREE | Frames.CACHED | Frames.OFFLINE);

    /** What needs more than a push to the cache. */
    private static final long SPECIAL = HELD | FrameWord.flags(Frames.HEAD | Frames.POISONED);

    private static final int NOMEM = Errno.ENOMEM.ordinal();
    private static final int DQUOT = Errno.EDQUOT.ordinal();
    private static final int ACCES = Errno.EACCES.ordinal();

    private final Types typeTable;
    private final LongAdder refills;
    private final LongAdder drains;
    private final LongAdder failures;

    private volatile Zonelists zonelists = Zonelists.EMPTY;
    private volatile IntConsumer lowListener = _ -> {};
    private volatile LongConsumer idleDrain = _ -> {};

    public Allocator(Frames frames, Topology topology, Types types, Tenants tenants, Counters counters, Tuning tuning) {
        super(frames, topology, tenants, counters, tuning);
        this.typeTable = types;
        refills = counters.counter("allocator.refills", "times", "A worker's empty cache was filled from a zone.");
        drains = counters.counter("allocator.drains", "times", "A worker's full cache gave frames back to a zone.");
        failures = counters.counter("allocator.failures", "requests", "An allocation found no frame.");
        counters.gauge("allocator.workers", "workers", "Threads and hosts that allocate now.", this::workers);
        tenants.include(this::workersCharges);
    }

    // ---- Representation

    /** Lets allocations from now on follow these lists and types. */
    public synchronized void publish(Zonelists lists) {
        zonelists = lists;
    }

    public Zonelists zonelists() {
        return zonelists;
    }

    @Override
    public synchronized void typeOf(int node, int type) {
        typeTable.type(type);
        zonelists = zonelists.withType(node, type);
    }

    // ---- Allocation

    /**
     * Hands out a frame, or a folio of 512.
     *
     * @param order 0 or 9
     * @return its first frame with one reference, no mapping, no owner, type and tenant set, charged; history, age and
     *     content are the taker's to set. Below 0 the ordinal of an {@link Errno}, negated: ENOMEM, EDQUOT, EACCES
     */
    public long allocate(Worker worker, AllocRequest request, int order) {
        Zonelists lists = zonelists;
        Tenants.Tenant tenant = tenants.tenant(request.tenant);
        FrameCache cache = worker.path(lists, tenant, request);
        if (cache != null && order == 0 && cache.count > 0 && (cache.zone.mode() & Zone.GONE) == 0) {
            cache.charge(request.tenant, 1);
            long pfn = cache.pop();
            frames.handOut(pfn, worker.pathWord);
            return pfn;
        }
        return allocateSlowly(worker, request, order, lists, tenant);
    }

    private long allocateSlowly(
            Worker worker, AllocRequest request, int order, Zonelists lists, Tenants.Tenant tenant) {
        worker.missed = -1;
        long pfn = walkAll(worker, request, order, lists, tenant);
        if (pfn < 0 && request.maskPreferred) {
            pfn = walkBeyond(worker, request, order, lists, tenant);
        }
        if (pfn < 0) {
            refuse(worker, request, order);
        }
        if (worker.missed >= 0 && request.wants(pfn < 0, order)) {
            note(worker, request.tenant, pfn < 0 ? FallbackCounts.NOWHERE : frames.node(pfn), order);
        }
        return pfn;
    }

    private void refuse(Worker worker, AllocRequest request, int order) {
        failures.increment();
        if (!request.forOthers()) {
            worker.refused.set(request);
            worker.refusedOrder = order;
            worker.refusedNode = worker.missed;
        }
    }

    /** Records what became of a quiet request that wanted a node; see {@link FallbackCounts}. */
    public void fellBack(Worker worker, int tenant, int wanted, long pfn) {
        worker.missed = wanted;
        note(worker, tenant, pfn < 0 ? FallbackCounts.NOWHERE : frames.node(pfn), 0);
    }

    private static void note(Worker worker, int tenant, int got, int order) {
        if (got != worker.missed) {
            worker.fallbacks.add(FallbackCounts.key(tenant, worker.missed, got), 1L << order);
        }
    }

    /** Walks the nodes of a request, again where idle workers kept frames of a node that seemed to have none. */
    private long walkAll(Worker worker, AllocRequest request, int order, Zonelists lists, Tenants.Tenant tenant) {
        int missed = worker.missed;
        long pfn = walk(worker, request, order, lists, tenant);
        if (pfn == -NOMEM && order == 0 && drainIdle(worker, lists.wanted(request))) {
            worker.missed = missed;
            pfn = walk(worker, request, order, lists, tenant);
        }
        return pfn;
    }

    private boolean drainIdle(Worker worker, long nodes) {
        long kept = keptByOthers(worker, nodes);
        if (kept != 0) {
            idleDrain.accept(kept);
        }
        return kept != 0;
    }

    /** Walks all nodes for a request that preferred some, which are full. */
    private long walkBeyond(Worker worker, AllocRequest request, int order, Zonelists lists, Tenants.Tenant tenant) {
        long preferred = request.explicitMask;
        request.explicitMask = 0;
        try {
            return walkAll(worker, request, order, lists, tenant);
        } finally {
            request.explicitMask = preferred;
        }
    }

    private long walk(Worker worker, AllocRequest request, int order, Zonelists lists, Tenants.Tenant tenant) {
        long wanted = lists.wanted(request);
        long mask = wanted & request.effectiveMask & (request.forced() ? -1 : tenant.allowedMask);
        int outcomes = 0;
        for (int node : lists.walk(request, mask)) {
            if ((mask >>> node & 1) == 0 || !lists.admits(node, request)) {
                continue;
            }
            FrameCache cache = meet(worker, node);
            boolean limited = tenant.limited(node);
            long word = FrameWord.inUse(lists.type(node), request.tenant);
            if (outcomes == 0 && cache != null && !limited && order == 0 && request.plain()) {
                worker.path(lists, tenant, request, cache, word);
            }
            long pfn = cache == null ? -NOMEM : takeFrom(cache, request, order, limited, word);
            if (pfn >= 0) {
                return pfn;
            }
            if (outcomes == 0 && cache != null && pfn == -NOMEM && worker.missed < 0) {
                worker.missed = node;
            }
            outcomes |= 1 << (int) -pfn;
        }
        return -failure(outcomes, mask == 0 && wanted != 0);
    }

    /** {@return the nodes that may serve a request when they have room, in the order in which they are asked} */
    public int[] openTo(AllocRequest request) {
        Zonelists lists = zonelists;
        if (request.maskPreferred) {
            request.explicitMask = 0;
        }
        long limits = request.forced() ? -1 : tenants.tenant(request.tenant).allowedMask;
        long mask = lists.wanted(request) & request.effectiveMask & limits;
        return Arrays.stream(lists.walk(request, mask))
                .filter(node -> (mask >>> node & 1) != 0 && lists.admits(node, request) && capacity(node) > 0)
                .toArray();
    }

    /** {@return pages that the request's tenant has to give up on a node before its quota admits it there} */
    public long excess(AllocRequest request, int node) {
        return request.forced() ? 0 : tenants.excess(request.tenant, node);
    }

    /** {@return pages that a node lacks before a request that no quota keeps from it may have one} */
    public long lacking(AllocRequest request, int node) {
        return Math.max(0, watermarks(node).floor(request.reserve) + 1 - freePages(node));
    }

    private static int failure(int outcomes, boolean forbidden) {
        if ((outcomes >>> NOMEM & 1) != 0) {
            return NOMEM;
        }
        if ((outcomes >>> DQUOT & 1) != 0) {
            return DQUOT;
        }
        return forbidden ? ACCES : NOMEM;
    }

    private long takeFrom(FrameCache cache, AllocRequest request, int order, boolean limited, long word) {
        int tenant = request.tenant;
        int node = cache.zone.node;
        if (limited && !tenants.charge(tenant, node, 1 << order, request.forced())) {
            return -DQUOT;
        }
        long pfn = order == 0 && cache.count > 0 ? cache.pop() : takeFromZone(cache, request, order);
        if (pfn < 0) {
            if (limited) {
                tenants.uncharge(tenant, node, 1 << order);
            }
            return -NOMEM;
        }
        if (!limited) {
            cache.charge(tenant, 1 << order);
        }
        frames.handOut(pfn, word);
        if (order != 0) {
            frames.makeFolio(pfn);
        }
        return pfn;
    }

    private long takeFromZone(FrameCache cache, AllocRequest request, int order) {
        Zone zone = cache.zone;
        if (order != 0 && order != Pages.LARGE_ORDER) {
            throw MoraineException.caller(
                    Errno.EINVAL, "order " + order + " is no folio's; ask for 0 or " + Pages.LARGE_ORDER);
        }
        if (order == 0 && cache.limit > 0 && zone.mode() == 0) {
            notePeak(zone);
            if (cache.fill()) {
                refills.increment();
                return cache.pop();
            }
        }
        long pfn = zone.take(order, request.reserve);
        if (pfn < 0 && cache.count > 0) {
            empty(cache);
            pfn = zone.take(order, request.reserve);
        }
        notePeak(zone);
        if (zone.pollNews()) {
            lowListener.accept(zone.node);
        }
        return pfn;
    }

    // ---- Freeing

    /**
     * Takes back a frame or folio whose last reference was dropped.
     *
     * @param worker whose cache takes it, null for none
     */
    public void free(@Nullable Worker worker, long head) {
        FrameCache cache = worker == null ? null : worker.caches[frames.node(head)];
        if (cache == null || cache.zone.mode() != 0 || cache.count == cache.limit) {
            freeSlowly(worker, head);
            return;
        }
        long word = frames.takeBack(head, SPECIAL, CACHED);
        if ((word & SPECIAL) != 0) {
            freeSlowly(worker, head);
            return;
        }
        cache.charge(FrameWord.tenant(word), -1);
        cache.push(head);
    }

    private void freeSlowly(@Nullable Worker worker, long head) {
        long word = frames.word0(head);
        if ((word & HELD) != 0) {
            throw new MoraineException(
                    Errno.EBUSY,
                    Blame.INTERNAL,
                    "frame " + head + " is freed while held: references " + FrameWord.refs(word) + ", mappings "
                            + FrameWord.mappings(word) + ", flags 0x"
                            + Long.toHexString((word & FrameWord.FLAGS) >>> FrameWord.FLAG_SHIFT));
        }
        int order = frames.order(head);
        Zone zone = zone(frames.node(head));
        FrameCache cache = worker == null ? null : meet(worker, zone.node);
        if (cache == null) {
            tenants.uncharge(FrameWord.tenant(word), zone.node, 1 << order);
        } else {
            cache.charge(FrameWord.tenant(word), -(1 << order));
        }
        if (order != 0) {
            giveFolio(zone, head);
        } else if ((word & FrameWord.flags(Frames.POISONED)) != 0) {
            zone.withdraw(head);
        } else if (cache == null || cache.limit == 0 || zone.mode() != 0) {
            empty(cache);
            zone.give(head, 0);
        } else {
            makeRoom(cache);
            frames.word0(head, CACHED);
            cache.push(head);
        }
    }

    private void empty(@Nullable FrameCache cache) {
        if (cache != null && cache.count > 0) {
            cache.drain(cache.count);
            drains.increment();
        }
    }

    private void makeRoom(FrameCache cache) {
        if (cache.count == cache.limit) {
            cache.drain(cache.drain);
            drains.increment();
        }
    }

    /** Gives a folio back, but for its poisoned frames. */
    private void giveFolio(Zone zone, long head) {
        boolean poisoned = false;
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            poisoned |= frames.flag(head + i, Frames.POISONED);
        }
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            if (!poisoned) {
                frames.word0(head + i, 0);
            } else if (frames.flag(head + i, Frames.POISONED)) {
                zone.withdraw(head + i);
            } else {
                zone.give(head + i, 0);
            }
        }
        if (!poisoned) {
            zone.give(head, Pages.LARGE_ORDER);
        }
    }

    // ---- Pressure

    /**
     * Names who is told when free pages fall below a node's low mark or a request finds nothing there; once until they
     * rise above the mark, or a page comes back. Called by the allocating thread, without locks; it must be quick.
     */
    public void onLow(IntConsumer nodeListener) {
        lowListener = nodeListener;
    }

    /**
     * Names who calls {@link #drain} for all workers that are at no operation, with the nodes of which a request is
     * about to be refused. Called by the allocating thread.
     */
    public void onExhausted(LongConsumer nodesDrain) {
        idleDrain = nodesDrain;
    }
}

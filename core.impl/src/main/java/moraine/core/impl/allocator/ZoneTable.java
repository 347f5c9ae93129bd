package moraine.core.impl.allocator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Violation;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * The zones of a machine, the workers before them, and the figures of both. Figures that cross workers are sums of
 * plain counters: exact when nobody runs, close when somebody does.
 */
abstract sealed class ZoneTable permits Allocator {
    final Frames frames;
    final Tenants tenants;
    private final Topology topology;
    private final Counters counters;
    private final Tuning tuning;

    /** By node; replaced as a whole, under this object's lock. */
    private volatile @Nullable Zone[] zones = new Zone[Worker.NODES];

    private volatile Worker[] workers = {};
    /** Of workers that ended, and what nobody tried; under this object's lock. */
    private final FallbackCounts others = new FallbackCounts();

    ZoneTable(Frames frames, Topology topology, Tenants tenants, Counters counters, Tuning tuning) {
        this.frames = frames;
        this.topology = topology;
        this.tenants = tenants;
        this.counters = counters;
        this.tuning = tuning;
    }

    // ---- Nodes

    /** Gives a node memory; its new pages are of the type until a policy says otherwise. */
    public final synchronized void addNode(int node, long pages, int type) {
        Watermarks marks = Watermarks.of(pages, topology.kind(node), tuning);
        if (zones[node] != null || pages > FrameWord.LINK_MAX) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "node " + node + " cannot be given " + pages + " pages: it has memory already, or they exceed "
                            + FrameWord.LINK_MAX);
        }
        long first = frames.addMemory(node, pages, type);
        typeOf(node, type);
        replace(node, new Zone(frames, node, first, pages, marks));
        counters.gauge(
                "node." + node + ".free", "pages", "Free pages of the node, caches included.", () -> freePages(node));
    }

    /** Makes the node's pages from now on be of that type. */
    public abstract void typeOf(int node, int type);

    /** Takes a node's memory away unless something of it is in use; nobody may be asking for it. @return whether */
    public final synchronized boolean removeNode(int node) {
        Zone zone = zone(node);
        if (used(zone) != 0) {
            return false;
        }
        zone.close();
        replace(node, null);
        frames.removeMemory(node);
        return true;
    }

    private void replace(int node, @Nullable Zone zone) {
        Zone[] next = zones.clone();
        next[node] = zone;
        zones = next;
    }

    final Zone zone(int node) {
        Zone zone = zones[node];
        if (zone == null) {
            throw MoraineException.caller(Errno.ENOENT, "node " + node + " has no memory; add it first");
        }
        return zone;
    }

    // ---- Workers

    public final synchronized Worker worker() {
        Worker worker = new Worker();
        Worker[] next = Arrays.copyOf(workers, workers.length + 1);
        next[workers.length] = worker;
        workers = next;
        return worker;
    }

    final long workers() {
        return workers.length;
    }

    /** Ends a worker: its frames go back to their zones, its charges to the tenants. */
    public final synchronized void release(Worker worker) {
        for (FrameCache cache : worker.caches) {
            if (cache != null) {
                retire(cache);
            }
        }
        workers = Arrays.stream(workers).filter(w -> !w.equals(worker)).toArray(Worker[]::new);
        Arrays.fill(worker.caches, null);
        worker.fallbacks.forEach(others::add);
        worker.forgetPath();
    }

    /** Counts pages that a tenant would have wanted on a node if there had been room. */
    public final synchronized void lack(int tenant, int node, long pages) {
        others.add(FallbackCounts.key(tenant, node, FallbackCounts.NOWHERE), pages);
    }

    /** Adds up what did not get the node that it wanted, since the machine was made. */
    public final synchronized void fallbacks(FallbackCounts.Visitor into) {
        others.forEach(into);
        for (Worker worker : workers) {
            worker.fallbacks.forEach(into);
        }
    }

    /** {@return the worker's cache of the node as it is now, null when the node has no memory} */
    final @Nullable FrameCache meet(Worker worker, int node) {
        Zone zone = zones[node];
        if (zone == null) {
            return null;
        }
        FrameCache old = worker.caches[node];
        if (old != null) {
            if ((old.zone.mode() & Zone.GONE) == 0) {
                return old;
            }
            retire(old);
        }
        FrameCache cache = new FrameCache(zone, tuning);
        worker.caches[node] = cache;
        worker.forgetPath();
        return cache;
    }

    /** Gives back the frames that a worker keeps of some nodes; nobody is using the worker. */
    public final synchronized void drain(Worker worker, long nodes) {
        for (FrameCache cache : worker.caches) {
            if (cache != null && (nodes >>> cache.zone.node & 1) != 0 && (cache.zone.mode() & Zone.GONE) == 0) {
                cache.drain(cache.count);
            }
        }
    }

    /** {@return those nodes of which workers other than one keep free frames} */
    final long keptByOthers(Worker mine, long nodes) {
        long kept = 0;
        for (Zone zone : zones) {
            if (zone != null && (nodes >>> zone.node & 1) != 0 && cached(zone) > mine.cached(zone)) {
                kept |= 1L << zone.node;
            }
        }
        return kept;
    }

    private void retire(FrameCache cache) {
        if ((cache.zone.mode() & Zone.GONE) == 0) {
            cache.drain(cache.count);
        }
        cache.settle(tenants);
    }

    // ---- Figures

    /** {@return free pages of the node, those in workers' caches included} */
    public final long freePages(int node) {
        Zone zone = zones[node];
        return zone == null ? 0 : zone.free() + cached(zone);
    }

    /** {@return pages of the node in use} */
    public final long usedPages(int node) {
        Zone zone = zones[node];
        return zone == null ? 0 : used(zone);
    }

    /** {@return most pages in use at a time, to within the caches} */
    public final long usedPeak(int node) {
        Zone zone = zones[node];
        if (zone == null) {
            return 0;
        }
        notePeak(zone);
        return zone.peak.get();
    }

    public final long capacity(int node) {
        Zone zone = zones[node];
        return zone == null ? 0 : zone.pages;
    }

    /** {@return the node's marks; see {@link Watermarks}} */
    public final Watermarks watermarks(int node) {
        return zone(node).marks;
    }

    public final long minPages(int node) {
        return watermarks(node).min();
    }

    public final long lowPages(int node) {
        return watermarks(node).low();
    }

    public final long highPages(int node) {
        return watermarks(node).high();
    }

    /** {@return whether free pages are below the low mark} */
    public final boolean low(int node) {
        Zone zone = zones[node];
        return zone != null && freePages(node) < zone.marks.low();
    }

    final void notePeak(Zone zone) {
        long used = used(zone);
        if (used > zone.peak.get()) {
            zone.peak.accumulateAndGet(used, Math::max);
        }
    }

    private long used(Zone zone) {
        return zone.pages - zone.free() - zone.withdrawn() - cached(zone);
    }

    private long cached(Zone zone) {
        long sum = 0;
        for (Worker worker : workers) {
            sum += worker.cached(zone);
        }
        return sum;
    }

    final long workersCharges(int tenant, int node) {
        long sum = 0;
        for (Worker worker : workers) {
            sum += worker.charged(tenant, node);
        }
        return sum;
    }

    /**
     * {@return what is wrong with zones, caches, records and charges} Nobody may allocate or free meanwhile; workers
     * may end, for their frames move under this object's lock.
     */
    public final synchronized List<Violation> audit() {
        List<Violation> found = new ArrayList<>();
        for (Zone zone : zones) {
            if (zone != null) {
                found.addAll(new ZoneAudit(frames, zone, tenants.count()).run(workers, tenants));
            }
        }
        return found;
    }
}

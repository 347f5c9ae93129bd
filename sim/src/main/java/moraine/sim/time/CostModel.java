package moraine.sim.time;

import java.util.Map;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Meter;
import moraine.sim.profile.MachineProfile;
import org.jspecify.annotations.Nullable;

/*
 * What things cost
 * ================
 * Units: ns, bytes, and GB/s = bytes per ns. Figures come from the machine's profile, where each has its source.
 *
 * References pass the initiator's cache filter (lines of 64 bytes). Consecutive references with one intent to one page
 * collapse into a run: hits, misses, bytes = misses x line.
 *
 *   run       = hits x cacheLatency + max(misses x loadedLatency / outstanding, transfer)
 *   transfer  = bytes / bandwidth; longer when others fill the link: see LinkLoad
 *   loaded    = latency x (1 + 1.5 x max(0, u - knee) / (1 - knee))
 *               at full load 2.5 x the unloaded latency, as Colloid (SOSP'24) measured; the knee is the edge's field
 *   u           utilisation of the direction that the data flow in, 0 to 1, see LinkLoad
 *   outstanding of a CPU is one core's, and an actor is a core; of a device it is the whole device's, so the device's
 *               busy actors share it
 *
 *   COPY      = pages x perPage, then on one of the device's engines: wait for it + startup
 *             + wait for the copy before in this direction + transfer
 *   copies    = the sum of pages x perPage, which is the host's work, then the runs: each takes the engine that is
 *               free first. So startups overlap, and transfers of one direction share the link by taking turns
 *   MIGRATE   = nothing of its own: perPage, as published, covers unmapping and remapping
 *   ZERO      = max(lines x loadedLatency / outstanding, transfer): stores that stream past the cache
 *   CPU_FAULT = faults x fault
 *   DEVICE_FAULT_BATCH = fault + (faults - 1) x faultEach
 *   SHOOTDOWN = shootdown + contexts x shootdownEach
 *   LAUNCH    = kernels x launch;  COMPUTE = amount
 *   FILE      = 90 us a request + bytes at 7 GB/s, whatever node they come from or go to
 *
 * Data that flow from node a to node b load the direction a->b, whether an access or a copy moves them; reads and
 * writes of a node's own memory load it separately.
 */

/** Charges the actor in its step for accesses and work, by the formulas above. */
public final class CostModel implements Meter {
    private static final double LOADED_EXCESS = 1.5;
    /** A request to a flash drive (TLC, NVMe on PCIe 4); vendors' data sheets, confidence C as the next. */
    private static final double FILE_REQUEST_NS = 90_000;

    private static final double FILE_BYTES_PER_NS = 7;

    private final EventLoop loop;
    private final Figures figures;
    private final Caches caches;
    private final Links links;

    private int runInitiator = -1;
    private int runNode;
    private long runPage;
    private @Nullable Intent runIntent;
    private long hits;
    private long misses;

    CostModel(MachineProfile profile, Map<Integer, Long> cacheBytes, EventLoop loop) {
        this.loop = loop;
        this.figures = new Figures(profile);
        this.caches = new Caches(profile.topology(), cacheBytes);
        this.links = new Links(figures);
        loop.beforeLook(this::flush);
    }

    @Override
    public void access(int initiator, int node, long address, int bytes, Intent intent) {
        long page = address >>> Pages.SHIFT;
        if (page != runPage || node != runNode || initiator != runInitiator || intent != runIntent) {
            flush();
            runInitiator = initiator;
            runNode = node;
            runPage = page;
            runIntent = intent;
        }
        long lines = caches.lines(initiator, address, bytes);
        long missed = caches.access(initiator, node, address, bytes, intent.writes());
        hits += lines - missed;
        misses += missed;
    }

    /** Books the run that was collected. */
    void flush() {
        Intent intent = runIntent;
        if (intent == null) {
            return;
        }
        Account account = loop.account();
        double ns = hits * figures.hitNs(runInitiator);
        if (misses > 0) {
            ns += memoryNs(account, runInitiator, runNode, misses, intent.writes());
        }
        account.spend(figures.access(runInitiator, runNode), ns);
        runIntent = null;
        hits = 0;
        misses = 0;
    }

    /** Books the lines' transfer. {@return how long they take, by latency or by bandwidth} */
    private double memoryNs(Account account, int initiator, int node, long lines, boolean write) {
        double nowNs = account.nowNs();
        LinkLoad link = links.access(initiator, node, write);
        double waitNs = lines * loadedNs(initiator, node, link.utilisation(nowNs)) / outstanding(initiator);
        double transferNs = lines * figures.lineBytes(initiator) / figures.bandwidth(initiator, node, write);
        return Math.max(waitNs, link.book(nowNs, transferNs) - nowNs);
    }

    private double loadedNs(int initiator, int node, double load) {
        double knee = figures.knee(initiator, node);
        double beyond = Math.max(0, load - knee) / (1 - knee);
        return figures.latencyNs(initiator, node) * (1 + LOADED_EXCESS * beyond);
    }

    private double outstanding(int initiator) {
        double all = figures.outstanding(initiator);
        return figures.isDevice(initiator) ? all / loop.busy(initiator) : all;
    }

    @Override
    public void charge(Cost cost, int initiator, int from, int to, long amount) {
        flush();
        Account account = loop.account();
        switch (cost) {
            case CPU_FAULT -> account.spend(Spent.CPU_FAULTS, amount * figures.faultNs(initiator));
            case DEVICE_FAULT_BATCH -> account.spend(Spent.DEVICE_FAULTS, batchNs(initiator, amount));
            case ZERO -> account.spend(Spent.ZERO, memoryNs(account, initiator, to, lines(initiator, amount), true));
            case COPY -> copy(account, initiator, from, to, amount);
            case MIGRATE -> {
                // in COPY's perPage
            }
            case SHOOTDOWN -> account.spend(Spent.SHOOTDOWN, figures.shootdownNs(amount));
            case LAUNCH -> account.spend(Spent.LAUNCH, amount * figures.launchNs());
            case FILE -> account.spend(Spent.FILES, FILE_REQUEST_NS + amount / FILE_BYTES_PER_NS);
            case COMPUTE -> account.spend(Spent.COMPUTE, (double) amount);
        }
    }

    private double batchNs(int initiator, long faults) {
        return faults == 0 ? 0 : figures.faultNs(initiator) + (faults - 1) * figures.faultEachNs(initiator);
    }

    private long lines(int initiator, long bytes) {
        return (bytes + figures.lineBytes(initiator) - 1) / figures.lineBytes(initiator);
    }

    @Override
    public void copies(int initiator, int from, int to, int engines, int[] pages, int runs) {
        flush();
        Account account = loop.account();
        CopyEdge edge = figures.copy(from, to);
        if (edge == null) {
            for (int run = 0; run < runs; run++) {
                within(account, initiator, from, (long) pages[run] * Pages.SIZE);
            }
            return;
        }
        long all = 0;
        for (int run = 0; run < runs; run++) {
            all += pages[run];
        }
        account.spend(figures.move(to), all * edge.perPage().value());
        double begunNs = Double.POSITIVE_INFINITY;
        double endNs = account.nowNs();
        for (int run = 0; run < runs; run++) {
            double startNs = transfer(edge, account.nowNs(), engines, (long) pages[run] * Pages.SIZE);
            begunNs = Math.min(begunNs, startNs);
            endNs = Math.max(endNs, links.between(from, to).freeNs());
        }
        account.waitUntil(Math.min(begunNs, endNs));
        account.spend(figures.move(to), endNs - account.nowNs());
    }

    /** Books an engine and the link for a run that is ready at a time. @return when the engine begins */
    private double transfer(CopyEdge edge, double nowNs, int engines, long bytes) {
        int from = edge.source();
        int to = edge.target();
        LinkLoad direction = links.between(from, to);
        double startupNs = edge.startup().value();
        double readyNs = Math.max(nowNs, links.engineFreeNs(from, to, engines));
        double startNs = Math.max(readyNs + startupNs, direction.freeNs());
        double endNs = direction.book(startNs, bytes / edge.bandwidth().value());
        direction.busyUntil(endNs);
        links.engineBusy(from, to, engines, endNs);
        return startNs - startupNs;
    }

    private void copy(Account account, int initiator, int from, int to, long bytes) {
        CopyEdge edge = figures.copy(from, to);
        if (edge == null) {
            within(account, initiator, from, bytes);
            return;
        }
        account.spend(
                figures.move(to), bytes / (double) Pages.SIZE * edge.perPage().value());
        account.waitUntil(transfer(edge, account.nowNs(), Integer.MAX_VALUE, bytes));
        account.spend(figures.move(to), links.between(from, to).freeNs() - account.nowNs());
    }

    /** Books a copy within a node's memory, which the initiator makes itself. */
    private void within(Account account, int initiator, int node, long bytes) {
        long lines = lines(initiator, bytes);
        account.spend(figures.move(node), memoryNs(account, initiator, node, lines, false));
        account.spend(figures.move(node), memoryNs(account, initiator, node, lines, true));
    }
}

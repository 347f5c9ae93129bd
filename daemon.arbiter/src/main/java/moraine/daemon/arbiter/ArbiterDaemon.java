package moraine.daemon.arbiter;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.Fallbacks;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Owners;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.NodeInfo;

/**
 * Sees who wanted a node and found no room, and whose pages lie idle there, and has these yield. Memory that reclaim
 * may not take keeps its pages: who made it so makes room by himself, or wants none made. It looks at nobody's pages
 * until somebody starves, and moves nobody's pages in: with room there, the starved tenant's own faults, its policy's
 * counters or its next prefetch bring what it needs, which are the ones to know.
 */
final class ArbiterDaemon implements Daemon {
    static final String NAME = "arbiter";

    private static final int FOLIOS = 512;
    private static final int ROWS = 1024;

    private final String instance;
    private final ArbiterSettings settings;
    private final DaemonContext context;
    private final Fallbacks fallbacks;
    private final Owners owners;
    private final Folios list;
    private final Map<Integer, NodeArbiter> nodes = new TreeMap<>();

    ArbiterDaemon(String instance, ArbiterSettings settings, DaemonContext context) {
        this.instance = instance;
        this.settings = settings;
        this.context = context;
        this.fallbacks = context.fallbacks(ROWS);
        this.owners = context.owners();
        this.list = context.folios(FOLIOS);
    }

    @Override
    public String name() {
        return instance;
    }

    @Override
    public long tick(Tick tick) {
        listen(tick);
        long next = settings.periodNs();
        for (NodeArbiter node : nodes.values()) {
            if (node.starving(tick.nowNs())) {
                next = Math.min(next, serve(tick, node));
            }
        }
        return next;
    }

    private void listen(Tick tick) {
        int rows = tick.fallbacks(fallbacks);
        for (int row = 0; row < rows; row++) {
            nodes.computeIfAbsent(fallbacks.wanted(row), node -> new NodeArbiter(node, settings))
                    .wanted(
                            fallbacks.tenant(row),
                            fallbacks.got(row) != Fallbacks.NOWHERE,
                            fallbacks.pages(row),
                            tick.nowNs());
        }
    }

    private long serve(Tick tick, NodeArbiter node) {
        NodeInfo info = context.view().nodes().stream()
                .filter(each -> each.id() == node.id())
                .findFirst()
                .orElse(null);
        if (info == null || info.pages() == 0 || !info.type().has(Attribute.RECLAIMABLE)) {
            return settings.periodNs();
        }
        List<Integer> targets = context.view().profile().nearestRam(node.id()).stream()
                .filter(target -> target != node.id())
                .toList();
        return node.work(tick, new NodeArbiter.Lists(owners, list), info, targets);
    }
}

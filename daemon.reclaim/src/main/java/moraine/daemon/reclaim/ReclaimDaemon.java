package moraine.daemon.reclaim;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Hierarchy;
import moraine.core.api.model.NodeInfo;

/**
 * What kswapd is in Linux: sleeps until a node runs low, then demotes the oldest of its reclaimable pages until there
 * is room again. What no slower node takes leaves memory: pages of files are dropped, others go to swap.
 */
final class ReclaimDaemon implements Daemon {
    static final String NAME = "reclaim";

    private static final int FOLIOS = 256;

    private final String instance;
    private final ReclaimSettings settings;
    private final DaemonContext context;
    private final Folios list;
    private final Map<Integer, NodeReclaim> nodes = new TreeMap<>();

    ReclaimDaemon(String instance, ReclaimSettings settings, DaemonContext context) {
        this.instance = instance;
        this.settings = settings;
        this.context = context;
        this.list = context.folios(FOLIOS);
    }

    @Override
    public String name() {
        return instance;
    }

    @Override
    public boolean wakesOnPressure() {
        return true;
    }

    @Override
    public long tick(Tick tick) {
        var hierarchy = new Hierarchy(context.view().profile(), settings.rank());
        List<NodeInfo> now = context.view().nodes();
        long next = NEVER;
        for (NodeInfo info : now) {
            NodeReclaim node = nodes.computeIfAbsent(info.id(), id -> new NodeReclaim(id, settings));
            if (info.pages() > 0 && node.due(info)) {
                List<Integer> targets = hierarchy.below(info.id(), now);
                boolean stuck = targets.isEmpty() && settings.last() == ReclaimSettings.Last.KEEP;
                next = Math.min(next, stuck ? NEVER : node.work(tick, list, info, targets));
            }
        }
        return next;
    }
}

package moraine.daemon.merge;

import java.util.List;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.NodeInfo;

/**
 * What ksmd is in Linux: goes round the pages whose memory type is mergeable, node by node, some at a time, and has
 * those of equal content made one. A round ends when the last node's last page was met.
 */
final class MergeDaemon implements Daemon {
    static final String NAME = "merge";

    private static final int FOLIOS = 256;

    private final String instance;
    private final MergeSettings settings;
    private final DaemonContext context;
    private final Folios list;
    private int place;
    private long round = 1;

    MergeDaemon(String instance, MergeSettings settings, DaemonContext context) {
        this.instance = instance;
        this.settings = settings;
        this.context = context;
        this.list = context.folios((int) Math.min(FOLIOS, settings.pagesToScan()));
    }

    @Override
    public String name() {
        return instance;
    }

    @Override
    public long tick(Tick tick) {
        List<NodeInfo> nodes = context.view().nodes();
        long left = settings.pagesToScan();
        for (int ended = 0; left > 0 && ended < nodes.size() && tick.mayGoOn(); ) {
            int met = place < nodes.size() && nodes.get(place).pages() > 0 ? scan(tick, nodes.get(place)) : 0;
            left -= met;
            if (met == 0 && tick.mayGoOn()) {
                ended++;
                next(nodes.size());
            }
        }
        return settings.periodNs();
    }

    private int scan(Tick tick, NodeInfo node) {
        int met = tick.scan(node.id(), Attribute.MERGEABLE, list);
        int before = Integer.MAX_VALUE;
        while (list.size() > 0 && list.size() < before && tick.mayGoOn()) {
            before = list.size();
            tick.merge(list, settings.rules(), round);
        }
        return met;
    }

    private void next(int nodes) {
        place++;
        if (place >= nodes) {
            place = 0;
            round++;
        }
    }
}

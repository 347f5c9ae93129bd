package moraine.daemon.reclaim;

import java.util.List;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Tick;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.NodeInfo;

/**
 * Reclaim of one node. Once its free pages are below the low mark it goes round the node's pages until they reach the
 * high mark. A round finds out how old the pages are; the next one demotes those that are among the oldest then, or
 * takes them out of memory if no slower node may have them.
 */
final class NodeReclaim {
    /** Rounds without a page gone after which rounds become rare (Linux MAX_RECLAIM_RETRIES). */
    private static final int PATIENCE = 16;

    private final int node;
    private final ReclaimSettings settings;
    private final Ages ages = new Ages();
    private boolean low;
    private int threshold = Integer.MAX_VALUE;
    private boolean moved;
    private int failures;

    NodeReclaim(int node, ReclaimSettings settings) {
        this.node = node;
        this.settings = settings;
    }

    /** Looks at the node's marks. @return whether there is work */
    boolean due(NodeInfo info) {
        low = info.freePages() < (low ? info.highPages() : info.lowPages());
        if (!low) {
            failures = 0;
        }
        return low;
    }

    /**
     * Goes on with a round.
     *
     * @param targets where pages may go, the best first
     * @return nanoseconds until it wants to go on, or {@link Long#MAX_VALUE} when the node has room
     */
    long work(Tick tick, Folios list, NodeInfo info, List<Integer> targets) {
        long wanted = info.highPages() - info.freePages();
        while (tick.mayGoOn() && wanted > 0) {
            if (tick.scan(node, Attribute.RECLAIMABLE, list) == 0) {
                return tick.mayGoOn() ? ended(wanted) : 0;
            }
            wanted -= reclaim(tick, list, wanted, targets);
        }
        return wanted > 0 ? 0 : Long.MAX_VALUE;
    }

    private long ended(long wanted) {
        threshold = ages.threshold(wanted, settings.age());
        failures = moved ? 0 : Math.min(failures + 1, PATIENCE);
        moved = false;
        return failures < PATIENCE ? settings.periodNs() : PATIENCE * settings.periodNs();
    }

    private int reclaim(Tick tick, Folios list, long wanted, List<Integer> targets) {
        long chosen = 0;
        for (int i = list.size() - 1; i >= 0; i--) {
            ages.add(list.age(i), list.pages(i));
            if (list.age(i) < threshold || chosen >= wanted) {
                list.remove(i);
            } else {
                chosen += list.pages(i);
            }
        }
        int left = 0;
        for (int target : targets) {
            left += list.size() == 0 ? 0 : tick.move(list, target, Cause.DEMOTION);
        }
        left += last(tick, list);
        moved |= left > 0;
        return left;
    }

    /** Takes out of memory what no slower node may have. @return pages that are free now */
    private int last(Tick tick, Folios list) {
        if (settings.last() == ReclaimSettings.Last.KEEP) {
            return 0;
        }
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.anonymous(i) && settings.last() == ReclaimSettings.Last.FILES) {
                list.remove(i);
            }
        }
        return list.size() == 0 ? 0 : tick.reclaim(list);
    }
}

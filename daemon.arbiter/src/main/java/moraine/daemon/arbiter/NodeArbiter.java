package moraine.daemon.arbiter;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Owners;
import moraine.core.api.daemon.Tick;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.Pages;

/**
 * Arbitration of one node. While somebody starves, rounds tell whose pages lie idle; then the idlest owners yield as
 * many pages as are lacking. Afterwards those who yielded rest and those who received keep what they have for a while,
 * so pages do not go back and forth.
 */
final class NodeArbiter {
    /** Ends of the node's frames at which all were met: the first may come early, for scans go on where one stopped. */
    private static final int ENDS = 2;

    /** Room is made in pieces of 2 MiB, as regions and large pages take it. */
    private static final long PIECE = Pages.PER_LARGE;

    /** Part of the node for which room is made at a time where it is not known how much is lacking. */
    private static final int SHARE = 4;

    private final int node;
    private final ArbiterSettings settings;
    private final Wants wants;
    /** Pages that owners are still to yield, by tenant. */
    private final Map<Integer, Long> yields = new HashMap<>();
    /** Until when tenants are left alone. */
    private final Map<Integer, Long> spared = new HashMap<>();

    /** How often yielding came to the end of the node's frames. */
    private int ends;

    private boolean moved;

    /** What a tick fills; one set serves all nodes. */
    record Lists(Owners owners, Folios folios) {}

    NodeArbiter(int node, ArbiterSettings settings) {
        this.node = node;
        this.settings = settings;
        this.wants = new Wants(settings.starvingPages(), settings.restNs());
    }

    int id() {
        return node;
    }

    /** Hears what a tenant did not get, and whether it got another node instead. */
    void wanted(int tenant, boolean elsewhere, long pages, long nowNs) {
        wants.add(tenant, elsewhere ? pages : 0, elsewhere ? 0 : pages, nowNs);
    }

    /** {@return whether there is work} */
    boolean starving(long nowNs) {
        return wants.any(nowNs) || !yields.isEmpty();
    }

    /**
     * Goes on with a round, or with yielding.
     *
     * @param targets where pages may go, the nearest first
     * @return nanoseconds until it wants to go on
     */
    long work(Tick tick, Lists lists, NodeInfo info, List<Integer> targets) {
        if (yields.isEmpty()) {
            if (!tick.census(node, lists.owners)) {
                return tick.mayGoOn() ? settings.periodNs() : 0;
            }
            ask(lists.owners, info, tick.nowNs());
        }
        return yields.isEmpty() || proceed(tick, lists.folios, targets) ? settings.periodNs() : 0;
    }

    /** Decides who is to yield how much: what is lacking, and the room that a node keeps free. */
    private void ask(Owners owners, NodeInfo info, long nowNs) {
        long lacking = (wants.pages(info.pages() / SHARE) + PIECE - 1 & -PIECE) + info.highPages() - info.freePages();
        List<Integer> idle = IntStream.range(0, owners.size())
                .filter(row -> mayAsk(owners, row, nowNs))
                .boxed()
                .sorted(Comparator.comparingLong(row -> -owners.unusedPages(row, settings.idleRounds())))
                .toList();
        for (int row : idle) {
            long pages = Math.min(lacking, owners.unusedPages(row, settings.idleRounds()));
            if (pages > 0) {
                yields.put(owners.tenant(row), pages);
                lacking -= pages;
            }
        }
    }

    private boolean mayAsk(Owners owners, int row, long nowNs) {
        int tenant = owners.tenant(row);
        long all = owners.residentPages(row);
        long busy = all - owners.unusedPages(row, settings.idleRounds());
        return busy < all
                && 100 * busy <= settings.busyPercent() * all
                && !wants.starves(tenant)
                && nowNs >= spared.getOrDefault(tenant, Long.MIN_VALUE);
    }

    /** Moves idle pages of those who were asked. @return whether they yielded all that can be had */
    private boolean proceed(Tick tick, Folios list, List<Integer> targets) {
        while (tick.mayGoOn() && yields.values().stream().anyMatch(pages -> pages > 0)) {
            if (tick.scan(node, Attribute.MOVABLE, list) == 0) {
                if (!tick.mayGoOn()) {
                    return false;
                }
                ends++;
                if (ends < ENDS) {
                    continue;
                }
                yields.replaceAll((_, _) -> 0L);
            }
            choose(list);
            for (int target : targets) {
                moved |= list.size() > 0 && tick.move(list, target, Cause.YIELD) > 0;
            }
            takeBack(list);
        }
        if (yields.values().stream().anyMatch(pages -> pages > 0)) {
            return false;
        }
        settle(tick.nowNs());
        return true;
    }

    /** Leaves in a list what is to go. */
    private void choose(Folios list) {
        for (int i = list.size() - 1; i >= 0; i--) {
            long lacking = yields.getOrDefault(list.tenant(i), 0L);
            if (lacking > 0 && list.unused(i) >= settings.idleRounds()) {
                yields.put(list.tenant(i), lacking - list.pages(i));
            } else {
                list.remove(i);
            }
        }
    }

    /** Counts what could go nowhere, or not in this tick, as lacking still. */
    private void takeBack(Folios list) {
        for (int i = 0; i < list.size(); i++) {
            yields.merge(list.tenant(i), (long) list.pages(i), Long::sum);
        }
    }

    private void settle(long nowNs) {
        yields.keySet().forEach(tenant -> spared.put(tenant, nowNs + settings.restNs()));
        if (moved) {
            wants.served().forEach(tenant -> spared.put(tenant, nowNs + settings.keepNs()));
        }
        yields.clear();
        ends = 0;
        moved = false;
    }
}

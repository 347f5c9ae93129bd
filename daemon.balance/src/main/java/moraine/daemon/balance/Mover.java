package moraine.daemon.balance;

import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.HintFaults;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Pages;

/**
 * Decides on pages that were touched, and moves them.
 *
 * <p>A page goes to another node of the same speed when its hint faults come from one node in a row: two are enough
 * (Linux, the two-stage filter of should_numa_migrate_memory), and twice as many for each time that nodes took turns,
 * up to nine, so that what two nodes use stays where it is. A page in slower memory is promoted when it is hot.
 */
final class Mover {
    private static final int FOLIOS = 256;
    /** Changes after which no more faults in a row are asked for, as the exponent of repeats. */
    private static final int MOST_DOUBLINGS = 3;

    private final BalanceSettings settings;
    private final ScanPeriod period;
    private final DaemonContext context;
    private final Map<Integer, HotPages> hot = new TreeMap<>();
    private final Map<Integer, Folios> promoted = new TreeMap<>();
    private final Map<Integer, Folios> balanced = new TreeMap<>();

    Mover(BalanceSettings settings, ScanPeriod period, DaemonContext context) {
        this.settings = settings;
        this.period = period;
        this.context = context;
    }

    /** Moves what should be of a list of faults, which is empty then. */
    void move(Tick tick, HintFaults faults, Places places) {
        for (int i = faults.size() - 1; i >= 0; i--) {
            consider(tick, faults, i, places);
        }
        promoted.forEach((target, list) -> flush(tick, list, target, Cause.PROMOTION));
        balanced.forEach((target, list) -> flush(tick, list, target, Cause.BALANCE));
    }

    private void consider(Tick tick, HintFaults faults, int last, Places places) {
        int source = faults.node(last);
        boolean near = places.near(faults.toucher(last), source);
        int target = near ? -1 : places.target(faults.toucher(last), source);
        boolean up = target >= 0 && places.isBelow(source, target);
        boolean byHeat = up && settings.mode() != BalanceSettings.Mode.NUMA;
        boolean wanted = byHeat ? isHot(tick, faults, last, target, places) : target >= 0 && inARow(faults, last);
        period.touched(near || !byHeat && !wanted && faults.changes(last) > 0);
        if (wanted) {
            places.moves(source, target, faults.pages(last));
            queue(tick, faults, last, target, up ? Cause.PROMOTION : Cause.BALANCE);
        } else {
            faults.remove(last);
        }
    }

    private void queue(Tick tick, HintFaults faults, int last, int target, Cause cause) {
        Map<Integer, Folios> lists = cause == Cause.PROMOTION ? promoted : balanced;
        Folios list = lists.computeIfAbsent(target, _ -> context.folios(FOLIOS));
        if (!faults.transfer(last, list)) {
            flush(tick, list, target, cause);
            faults.transfer(last, list);
        }
    }

    private boolean isHot(Tick tick, HintFaults faults, int index, int target, Places places) {
        HotPages pages = hot.computeIfAbsent(
                target,
                _ -> new HotPages(
                        settings.hotNs(), settings.mostPeriodNs(), settings.rateBytes() / Pages.SIZE, tick.nowNs()));
        return pages.take(faults.latencyNs(index), faults.pages(index), places.plenty(target), tick.nowNs());
    }

    private static boolean inARow(HintFaults faults, int index) {
        return faults.repeats(index) >= 1 << Math.min(faults.changes(index), MOST_DOUBLINGS);
    }

    private void flush(Tick tick, Folios list, int target, Cause cause) {
        int wanted = 0;
        for (int i = 0; i < list.size(); i++) {
            wanted += list.pages(i);
        }
        if (wanted > 0 && tick.move(list, target, cause) < wanted) {
            period.failed();
        }
        while (list.size() > 0) {
            list.remove(list.size() - 1);
        }
    }
}

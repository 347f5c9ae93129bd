package moraine.daemon.balance;

import java.util.List;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.HintFaults;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Hierarchy;

/**
 * What NUMA balancing and memory tiering are in Linux: plants hints in the entries of pages, learns from the faults who
 * uses which, and moves those that are better elsewhere. A machine on which no page is gets no hints.
 */
final class BalanceDaemon implements Daemon {
    static final String NAME = "balance";

    private static final int FOLIOS = 256;
    /** How many times a period faults are looked at. */
    private static final int LOOKS = 32;

    private static final long SHORTEST_NS = 100_000;
    private static final long LONGEST_NS = 10_000_000;

    private final String instance;
    private final BalanceSettings settings;
    private final DaemonContext context;
    private final HintFaults faults;
    private final ScanPeriod period;
    private final Planter planter;
    private final Mover mover;
    private long nextNs = Long.MIN_VALUE;
    private boolean planting;

    BalanceDaemon(String instance, BalanceSettings settings, DaemonContext context) {
        this.instance = instance;
        this.settings = settings;
        this.context = context;
        Folios list = context.folios(FOLIOS);
        this.faults = context.hintFaults(FOLIOS);
        this.period = new ScanPeriod(settings.leastPeriodNs(), settings.mostPeriodNs());
        this.planter = new Planter(list, settings.scanPages());
        this.mover = new Mover(settings, period, context);
    }

    @Override
    public String name() {
        return instance;
    }

    @Override
    public long tick(Tick tick) {
        Places places = null;
        while (tick.mayGoOn() && tick.hintFaults(faults) > 0) {
            places = places == null ? places() : places;
            mover.move(tick, faults, places);
        }
        if (tick.nowNs() >= nextNs && !plant(tick, places == null ? places() : places)) {
            return 0;
        }
        long lookNs = Math.clamp(period.ns() / LOOKS, SHORTEST_NS, LONGEST_NS);
        return Math.clamp(nextNs - tick.nowNs(), 0, lookNs);
    }

    private Places places() {
        var hierarchy = new Hierarchy(context.view().profile(), settings.rank());
        boolean tiersOnly = settings.mode() == BalanceSettings.Mode.TIERING;
        return new Places(hierarchy, context.view().nodes(), tiersOnly);
    }

    /** Goes on with planting. @return whether it is through for this period */
    private boolean plant(Tick tick, Places places) {
        List<Integer> nodes = places.scanned();
        if (!planting) {
            if (nextNs != Long.MIN_VALUE) {
                period.adapt();
            }
            planter.begin();
            planting = true;
        }
        if (!planter.goOn(tick, nodes)) {
            return false;
        }
        planting = false;
        nextNs = tick.nowNs() + period.ns();
        return true;
    }
}

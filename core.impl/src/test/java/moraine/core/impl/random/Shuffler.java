package moraine.core.impl.random;

import java.util.random.RandomGenerator;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.daemon.Fallbacks;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.HintFaults;
import moraine.core.api.daemon.Owners;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Parameters;

/**
 * A daemon that ages RAM and reclaims some of its pages, counts owners on every device and moves some of its pages to
 * RAM, whatever their age. It also plants hints in some pages of every node, and moves to RAM what a CPU touched
 * elsewhere.
 */
final class Shuffler implements Daemon {
    static final String NAME = "shuffler";
    private static final long PERIOD_NS = 500_000;
    private static final int FOLIOS = 64;

    private final Folios list;
    private final Fallbacks fallbacks;
    private final Owners owners;
    private final HintFaults faults;
    private final RandomGenerator random;

    private Shuffler(DaemonContext context) {
        list = context.folios(FOLIOS);
        fallbacks = context.fallbacks(4);
        owners = context.owners();
        faults = context.hintFaults(FOLIOS);
        random = context.random();
    }

    /** Offers it. */
    static final class Provider implements DaemonProvider {
        @Override
        public Daemon create(DaemonContext context, Parameters parameters) {
            return new Shuffler(context);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public long tick(Tick tick) {
        tick.scan(0, Attribute.RECLAIMABLE, list);
        thin(8);
        tick.reclaim(list);
        tick.fallbacks(fallbacks);
        for (int device = 1; device <= Bench.DEVICES; device++) {
            tick.scan(device, Attribute.MOVABLE, list);
            thin(8);
            tick.census(device, owners);
            tick.move(list, 0, random.nextBoolean() ? Cause.YIELD : Cause.DEMOTION);
        }
        for (int node = 0; node <= Bench.DEVICES && random.nextInt(4) == 0; node++) {
            tick.scan(node, Attribute.HINT_FAULTABLE, list);
            thin(16);
            tick.hint(list);
        }
        while (tick.hintFaults(faults) > 0) {
            tick.move(faults, 0, Cause.PROMOTION);
        }
        return PERIOD_NS;
    }

    /** Leaves one in so many of what was scanned. */
    private void thin(int part) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (random.nextInt(part) > 0) {
                list.remove(i);
            }
        }
    }
}

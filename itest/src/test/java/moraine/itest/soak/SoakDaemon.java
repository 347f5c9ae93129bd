package moraine.itest.soak;

import java.util.random.RandomGenerator;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.HintFaults;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Parameters;

/** Offers a daemon that takes pages of RAM out of memory and plants hints, at random, as if there were always need. */
final class SoakDaemon implements DaemonProvider {
    static final String NAME = "soak-daemon";

    @Override
    public Daemon create(DaemonContext context, Parameters parameters) {
        return new Restless(context);
    }

    private static final class Restless implements Daemon {
        private static final int FOLIOS = 256;
        private static final int ONE_IN = 16;
        private static final long PERIOD_NS = 2_000_000;

        private final Folios list;
        private final HintFaults touches;
        private final RandomGenerator random;

        Restless(DaemonContext context) {
            list = context.folios(FOLIOS);
            touches = context.hintFaults(FOLIOS);
            random = context.random();
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public long tick(Tick tick) {
            tick.scan(0, Attribute.RECLAIMABLE, list);
            thin();
            tick.reclaim(list);
            tick.scan(0, Attribute.HINT_FAULTABLE, list);
            thin();
            tick.hint(list);
            while (tick.hintFaults(touches) > 0 && tick.mayGoOn()) {
                // nothing to move them to
            }
            return PERIOD_NS;
        }

        private void thin() {
            for (int i = list.size() - 1; i >= 0; i--) {
                if (random.nextInt(ONE_IN) > 0) {
                    list.remove(i);
                }
            }
        }
    }
}

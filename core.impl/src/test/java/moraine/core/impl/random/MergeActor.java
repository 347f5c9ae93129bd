package moraine.core.impl.random;

import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Parameters;

/** A daemon that merges what it can, one round after the other. */
final class MergeActor implements Daemon {
    static final String NAME = "merge";
    private static final long PERIOD_NS = 300_000;
    private static final int FOLIOS = 256;

    private final Folios list;
    private int node;
    private long round = 1;

    private MergeActor(DaemonContext context) {
        list = context.folios(FOLIOS);
    }

    /** Offers it. */
    static final class Provider implements DaemonProvider {
        @Override
        public Daemon create(DaemonContext context, Parameters parameters) {
            return new MergeActor(context);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public long tick(Tick tick) {
        if (tick.scan(node, Attribute.MERGEABLE, list) == 0) {
            node = node < Bench.DEVICES ? node + 1 : 0;
            round += node == 0 ? 1 : 0;
        }
        tick.merge(list, new MergeRules(round % 2 == 0, /* acrossTenants= */ false, round % 3 == 0, 8), round);
        return PERIOD_NS;
    }
}

package moraine.core.impl.daemon;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.ToLongBiFunction;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;

/** A daemon whose behaviour a test sets. */
final class FakeDaemon implements Daemon {
    final DaemonContext context;
    final AtomicBoolean closed = new AtomicBoolean();
    private final Provider from;

    private FakeDaemon(Provider from, DaemonContext context) {
        this.from = from;
        this.context = context;
    }

    /** Offers it and remembers the last one made. */
    static final class Provider implements DaemonProvider {
        volatile BiFunction<MachineView, Parameters, Verdict> check = (_, _) -> Verdict.YES;
        volatile ToLongBiFunction<FakeDaemon, Tick> tick = (_, _) -> NEVER;
        volatile boolean pressure;
        final AtomicInteger made = new AtomicInteger();
        final AtomicInteger ticks = new AtomicInteger();
        volatile FakeDaemon last;

        @SuppressWarnings("NullAway") // set when the first daemon is made
        Provider() {}

        @Override
        public Verdict check(MachineView machine, Parameters parameters) {
            return check.apply(machine, parameters);
        }

        @Override
        public Daemon create(DaemonContext context, Parameters parameters) {
            last = new FakeDaemon(this, context);
            made.incrementAndGet();
            return last;
        }
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public long tick(Tick tick) {
        from.ticks.incrementAndGet();
        return from.tick.applyAsLong(this, tick);
    }

    @Override
    public boolean wakesOnPressure() {
        return from.pressure;
    }

    @Override
    public void close() {
        closed.set(true);
    }
}

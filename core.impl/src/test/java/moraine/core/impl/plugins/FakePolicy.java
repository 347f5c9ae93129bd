package moraine.core.impl.plugins;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Verdict;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.Hint;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.api.policy.Pressure;

/** A policy whose behaviour a test sets. */
public final class FakePolicy implements PlacementPolicy {
    public final PolicyContext context;
    public final Parameters parameters;
    public final AtomicBoolean closed = new AtomicBoolean();
    public final AtomicInteger inside = new AtomicInteger();
    public final AtomicInteger afterClose = new AtomicInteger();
    private final Provider from;

    private FakePolicy(Provider from, PolicyContext context, Parameters parameters) {
        this.from = from;
        this.context = context;
        this.parameters = parameters;
    }

    /** A provider whose behaviour a test sets; remembers the last policy it made. */
    public static final class Provider implements PolicyProvider {
        public volatile BiFunction<MachineView, Parameters, Verdict> check = (_, _) -> Verdict.YES;
        public volatile Function<MachineView, Plan> plan = Shapes::hidden;
        public volatile Consumer<PolicyContext> creating = _ -> {};
        public volatile Consumer<DeviceFaults> faults = _ -> {};
        public volatile Consumer<Pressure> pressure = _ -> {};
        public volatile Consumer<AccessSample> counters = _ -> {};
        public volatile Consumer<Hint> hints = _ -> {};
        public volatile Runnable closing = () -> {};
        public final AtomicInteger made = new AtomicInteger();
        public volatile FakePolicy last;

        @SuppressWarnings("NullAway") // set when the first policy is made
        public Provider() {}

        public Provider plan(Function<MachineView, Plan> other) {
            plan = other;
            return this;
        }

        public Provider faults(Consumer<DeviceFaults> other) {
            faults = other;
            return this;
        }

        public Provider check(BiFunction<MachineView, Parameters, Verdict> other) {
            check = other;
            return this;
        }

        @Override
        public Verdict check(MachineView machine, Parameters parameters) {
            return check.apply(machine, parameters);
        }

        @Override
        public PlacementPolicy create(PolicyContext context, Parameters parameters) {
            creating.accept(context);
            made.incrementAndGet();
            last = new FakePolicy(this, context, parameters);
            return last;
        }
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Plan plan(MachineView machine) {
        return from.plan.apply(machine);
    }

    private void during(Runnable callback) {
        inside.incrementAndGet();
        if (closed.get()) {
            afterClose.incrementAndGet();
        }
        try {
            callback.run();
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void onDeviceFaults(DeviceFaults batch) {
        during(() -> from.faults.accept(batch));
    }

    @Override
    public void onPressure(Pressure pressure) {
        during(() -> from.pressure.accept(pressure));
    }

    @Override
    public void onAccessCounters(AccessSample sample) {
        during(() -> from.counters.accept(sample));
    }

    @Override
    public void onHint(Hint hint) {
        during(() -> from.hints.accept(hint));
    }

    @Override
    public void close() {
        closed.set(true);
        if (inside.get() != 0) {
            afterClose.incrementAndGet();
        }
        from.closing.run();
    }
}

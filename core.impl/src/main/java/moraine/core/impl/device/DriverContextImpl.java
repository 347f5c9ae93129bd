package moraine.core.impl.device;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.RemoteAccesses;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.WorkerAccess;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.host.HostBase;
import moraine.core.impl.host.RevocableView;
import org.jspecify.annotations.Nullable;

/** What a driver instance may ask of the host, until it is revoked. */
final class DriverContextImpl implements DriverContext {
    /** The host's side; returns at once. */
    interface Upcalls {
        DeviceAccess access(int space, FaultHandler faults);

        void raiseFaults();

        void raiseCounters();

        void overflowed(int space, long address, long faults);

        void stepsEnded(long steps);
    }

    /** Sets the seeds of neighbouring samplers far apart. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final DeviceSpec spec;
    private final RevocableView view;
    private final Environment environment;
    private final OwnedActors actors;
    private final Counters counters;
    private final RandomGenerator random;
    private final AtomicLong sampleSeeds;
    private final int longestGap;
    private final Map<String, LongAdder> counted = new ConcurrentHashMap<>();
    private volatile @Nullable Upcalls upcalls;

    DriverContextImpl(DeviceSpec spec, HostBase base, OwnedActors actors, Upcalls upcalls) {
        this.spec = spec;
        this.view = new RevocableView(spec.name(), base.view());
        this.environment = base.environment();
        this.longestGap = base.tuning().deviceSamplingGap;
        this.actors = actors;
        this.counters = base.counters();
        this.random = environment.random("device " + spec.name());
        this.sampleSeeds =
                new AtomicLong(environment.random("samples of " + spec.name()).nextLong());
        this.upcalls = upcalls;
    }

    private Upcalls upcalls() {
        Upcalls host = upcalls;
        if (host == null) {
            throw RevocableView.revoked(spec.name());
        }
        return host;
    }

    @Override
    public MachineView view() {
        return view;
    }

    @Override
    public int node() {
        return spec.node();
    }

    @Override
    public String device() {
        return spec.name();
    }

    @Override
    public Clock clock() {
        return environment.clock();
    }

    @Override
    public Actors actors() {
        return actors;
    }

    @Override
    public @Nullable Meter meter() {
        return environment.meter();
    }

    @Override
    public RandomGenerator random() {
        upcalls();
        return random;
    }

    @Override
    public DeviceAccess access(int space, FaultHandler faults) {
        return upcalls().access(space, faults);
    }

    @Override
    public WorkerAccess workerAccess(int space, FaultHandler faults, @Nullable RemoteAccesses remote) {
        DeviceAccess memory = upcalls().access(space, faults);
        return new SampledAccess(memory, spec.node(), remote, longestGap, sampleSeeds.getAndAdd(GOLDEN));
    }

    @Override
    public void faultBufferOverflowed(int space, long address, long faults) {
        upcalls().overflowed(space, address, faults);
    }

    @Override
    public void stepsEnded(long steps) {
        upcalls().stepsEnded(steps);
    }

    @Override
    public void raiseFaults() {
        upcalls().raiseFaults();
    }

    @Override
    public void raiseCounters() {
        upcalls().raiseCounters();
    }

    @Override
    public void count(String counter, long delta) {
        upcalls();
        counted.computeIfAbsent(counter, this::counter).add(delta);
    }

    private LongAdder counter(String name) {
        return counters.counter(
                "device." + spec.name() + "." + name, "events", "Counted by the driver of " + spec.name());
    }

    void revoke() {
        upcalls = null;
        view.revoke();
    }
}

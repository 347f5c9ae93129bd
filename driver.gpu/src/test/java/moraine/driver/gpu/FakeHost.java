package moraine.driver.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.FaultSink;
import moraine.core.api.driver.Kernel;
import moraine.core.api.driver.RemoteAccesses;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.WorkerAccess;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Meter;
import moraine.core.impl.device.SampledAccess;
import moraine.core.impl.tuning.Tuning;
import org.jspecify.annotations.Nullable;

/** A host with one device, node 1, and spaces whose faults it serves when told to. */
final class FakeHost implements DriverContext, MachineView {
    static final int NODE = 1;

    final Actors actors;
    final Clock clock;
    final DeviceDriver driver;
    final Map<Integer, FakeSpace> spaces = new ConcurrentHashMap<>();
    final List<List<Fault>> batches = new ArrayList<>();
    final List<Overflow> overflows = new ArrayList<>();
    final AtomicInteger raises = new AtomicInteger();
    final AtomicLong stepsEnded = new AtomicLong();
    final AtomicInteger counterRaises = new AtomicInteger();
    final AtomicInteger seeds = new AtomicInteger(1);
    volatile boolean revoked;

    @Nullable
    Meter meter;

    /** Faults that a drain takes. */
    int room = Integer.MAX_VALUE;

    private final Map<String, Long> counts = new TreeMap<>();
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(1);

    record Fault(int space, long address, Intent intent) {}

    /** An episode in which the fault buffer overflowed. */
    record Overflow(int space, long address, long faults) {}

    <A extends Actors & Clock> FakeHost(A actors, String... parameters) {
        this.actors = actors;
        this.clock = actors;
        Parameters values = Parameters.NONE;
        for (int i = 0; i < parameters.length; i += 2) {
            values = values.with(parameters[i], parameters[i + 1]);
        }
        driver = new GpuProvider().create(this, new DeviceSpec("gpu0", "gpu", NODE, values));
    }

    FakeSpace space(int id, int pages) {
        var space = new FakeSpace(id, pages);
        spaces.put(id, space);
        driver.attach(id);
        return space;
    }

    /** {@return the space that was made under that id} */
    FakeSpace space(int id) {
        return Objects.requireNonNull(spaces.get(id));
    }

    FakeLaunch launch(FakeSpace space, Kernel kernel) {
        var launch = new FakeLaunch();
        driver.launch(space.id, kernel, launch);
        return launch;
    }

    /** Takes a batch, serves or cancels its faults, replays. @return how many there were */
    int serve() {
        List<Fault> batch = drain();
        for (Fault fault : batch) {
            FakeSpace space = spaces.get(fault.space);
            if (space != null && !space.serve(fault.address, fault.intent)) {
                driver.cancel(fault.space, fault.address, Errno.EFAULT);
            }
        }
        if (!batch.isEmpty()) {
            driver.replay();
        }
        return batch.size();
    }

    List<Fault> drain() {
        var batch = new ArrayList<Fault>();
        driver.drainFaults(new FaultSink() {
            @Override
            public int room() {
                return room - batch.size();
            }

            @Override
            public void fault(int space, long address, Intent intent) {
                batch.add(new Fault(space, address, intent));
            }
        });
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batch;
    }

    /** {@return faults of all batches} */
    int drained() {
        return batches.stream().mapToInt(List::size).sum();
    }

    int largestBatch() {
        return batches.stream().mapToInt(List::size).max().orElse(0);
    }

    synchronized long count(Tally tally) {
        return counts.getOrDefault(tally.counter(), 0L);
    }

    private void live() {
        if (revoked) {
            throw MoraineException.caller(Errno.EBADF, "context revoked");
        }
    }

    @Override
    public MachineView view() {
        return this;
    }

    @Override
    public int node() {
        return NODE;
    }

    @Override
    public String device() {
        return "gpu0";
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Actors actors() {
        return actors;
    }

    @Override
    public @Nullable Meter meter() {
        return meter;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public DeviceAccess access(int space, FaultHandler faults) {
        live();
        FakeSpace known = spaces.get(space);
        if (known == null) {
            throw MoraineException.caller(Errno.EBADF, "no space " + space);
        }
        return new FakeAccess(known, faults);
    }

    @Override
    public WorkerAccess workerAccess(int space, FaultHandler faults, @Nullable RemoteAccesses remote) {
        return new SampledAccess(
                access(space, faults),
                NODE,
                remote,
                Tuning.USUAL.deviceSamplingGap,
                seeds.getAndIncrement() * 1_000_003L);
    }

    @Override
    public void faultBufferOverflowed(int space, long address, long faults) {
        live();
        overflows.add(new Overflow(space, address, faults));
    }

    @Override
    public void stepsEnded(long steps) {
        live();
        stepsEnded.addAndGet(steps);
    }

    @Override
    public void raiseFaults() {
        live();
        raises.incrementAndGet();
        actors.signal();
    }

    @Override
    public void raiseCounters() {
        live();
        counterRaises.incrementAndGet();
    }

    @Override
    public synchronized void count(String counter, long delta) {
        live();
        counts.merge(counter, delta, Long::sum);
    }

    @Override
    public TopologyProfile profile() {
        var memory = new NodeSpec(NODE, "HBM", NodeKind.DEVICE, null, Quantity.assumed((66L << 20) + 5, "bytes"));
        return new TopologyProfile("fake", "", List.of(memory), List.of(), List.of(), List.of(), List.of());
    }

    @Override
    public List<NodeInfo> nodes() {
        return List.of();
    }

    @Override
    public List<DeviceInfo> devices() {
        return List.of();
    }
}

package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.api.time.Environment;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.allocator.Worker;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.events.Events;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.Movers;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.plugins.FakePolicy;
import moraine.core.impl.plugins.Patience;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import moraine.core.impl.types.Types;

/** A policy host over frames and allocator, with nothing above them: the test converts and moves. */
final class HostBench implements AutoCloseable, MachineView, Converter, PolicyMoves {
    static final long LONG_NS = 30_000_000_000L;
    static final Limits LIMITS = Patience.LIMITS;

    final Environment environment;
    final Catalog<PolicyProvider> catalog = new Providers().policies();
    final Types types = new Types();
    final Topology topology = new Topology(Shapes.profile());
    final Frames frames = new Frames(Backing.STAMPS, types, new NativeMemory());
    final Counters counters = new Counters();
    final Allocator allocator;
    final Regimes regimes = new Regimes();
    final Events events;
    final PolicyHost host;
    private final List<String> moves = new ArrayList<>();
    final AtomicInteger conversions = new AtomicInteger();
    volatile boolean coherent = true;
    volatile ToIntFunction<Long> conversion = _ -> CONVERTED;
    volatile boolean inPlace = true;

    HostBench(Environment environment) {
        this(environment, LIMITS);
    }

    HostBench(Environment environment, Limits limits) {
        this.environment = environment;
        this.events = new Events(environment.clock(), Tuning.USUAL.eventsKept);
        var tenants = new Tenants(topology.nodes());
        this.allocator = new Allocator(frames, topology, types, tenants, counters, Tuning.USUAL);
        allocator.addNode(Shapes.RAM, Shapes.RAM_BYTES >> Pages.SHIFT, types.systemRam());
        var base = new HostBase(
                environment,
                this,
                topology,
                types,
                frames,
                allocator,
                new Movers(),
                counters,
                regimes,
                events,
                limits,
                Tuning.USUAL);
        host = new PolicyHost(base, catalog, new ExitRecords());
        allocator.addNode(
                Shapes.DEVICE,
                Shapes.DEVICE_BYTES >> Pages.SHIFT,
                regimes.current().typeOfNode(Shapes.DEVICE));
        host.start(this, this);
    }

    FakePolicy.Provider offer(String name) {
        return offer(name, new FakePolicy.Provider(), 0);
    }

    FakePolicy.Provider offer(String name, FakePolicy.Provider provider, int ranking) {
        catalog.add(name, provider, "test." + name + " 1.0", ranking);
        return provider;
    }

    /** Puts a page on the device, as a migration would. */
    long devicePage() {
        Worker worker = allocator.worker();
        AllocRequest request = worker.request;
        request.reset(Reason.POLICY_MIGRATE, Intent.READ, Shapes.RAM, 0);
        request.namedNode = Shapes.DEVICE;
        request.explicitMask = 1L << Shapes.DEVICE;
        request.maySpill = false;
        long pfn = allocator.allocate(worker, request, 0);
        allocator.release(worker);
        return pfn;
    }

    @Override
    public TopologyProfile profile() {
        return topology.profile();
    }

    @Override
    public List<NodeInfo> nodes() {
        return List.of();
    }

    @Override
    public List<DeviceInfo> devices() {
        var capabilities = new DeviceCapabilities(coherent, true, true, false, 1, "fake");
        return List.of(new DeviceInfo("dev0", "fake 1.0", Shapes.DEVICE, capabilities, 4096));
    }

    @Override
    public int convert(Worker worker, long head, Regime now) {
        conversions.incrementAndGet();
        int result = conversion.applyAsInt(head);
        if (result == CONVERTED) {
            frames.type(head, now.typeOfNode(frames.node(head)));
        } else if (result == MIGRATED) {
            frames.put(head);
            allocator.free(null, head);
        }
        return result;
    }

    @Override
    public boolean inPlace(long head, Regime next) {
        return inPlace;
    }

    @Override
    public int move(int space, long address, long bytes, int node, Cause cause, int mover) {
        synchronized (moves) {
            moves.add(space + " 0x" + Long.toHexString(address) + " " + bytes + " to " + node + " " + cause);
        }
        environment.actors().signal();
        return (int) (bytes >> Pages.SHIFT);
    }

    @Override
    public void lack(int space, long pages, int node) {
        synchronized (moves) {
            moves.add(space + " lacks " + pages + " on " + node);
        }
    }

    List<String> moves() {
        synchronized (moves) {
            return List.copyOf(moves);
        }
    }

    Map<Integer, String> typesOfPages(long... pfns) {
        var found = new TreeMap<Integer, String>();
        for (int i = 0; i < pfns.length; i++) {
            found.put(i, types.type(frames.type(pfns[i])).name());
        }
        return found;
    }

    @Override
    public void close() {
        host.close();
        host.closeActors();
        frames.close();
    }
}

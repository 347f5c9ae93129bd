package moraine.core.impl;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Points;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.cache.Store;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.events.Events;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.Movers;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.host.Regimes;
import moraine.core.impl.machine.Foundation;
import moraine.core.impl.mempolicy.MemoryPolicies;
import moraine.core.impl.merge.Merging;
import moraine.core.impl.migration.LazyPages;
import moraine.core.impl.mirror.Duplicates;
import moraine.core.impl.numa.HintRing;
import moraine.core.impl.pins.Pins;
import moraine.core.impl.reclaim.Clock;
import moraine.core.impl.rmap.Objects;
import moraine.core.impl.swap.Swap;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;

/** The rooms of one machine, wired once and handed to each other. */
public final class Rooms {
    public final MachineSpec spec;
    public final Tuning tuning;
    public final Environment environment;
    public final Actors actors;
    public final Points points;
    public final Topology topology;
    public final Types types;
    public final Frames frames;
    public final Allocator allocator;
    public final Tenants tenants;
    public final Movers movers;
    public final Regimes regimes;
    public final Events events;
    public final Objects objects = new Objects();
    public final Pins pins;
    public final Duplicates duplicates;
    public final LazyPages lazyPages;
    /** Where touches that make room look next. */
    public final Clock clock = new Clock();

    public final Merging merging;
    public final MemoryPolicies policies;
    public final World world;
    public final PageCache cache;
    /** Touches that planted hints told of. */
    public final HintRing hintFaults;

    public final Swap swap;
    /** Host address of the page that all ZERO entries show; 0 without bytes. */
    public final long zeroPage;

    private final NativeMemory memory = new NativeMemory();
    private final @Nullable Meter meter;
    private final AtomicReferenceArray<@Nullable DeviceDriver> drivers = new AtomicReferenceArray<>(64);
    private final AtomicReferenceArray<@Nullable String> owners = new AtomicReferenceArray<>(64);
    private final ConcurrentLinkedDeque<Agent> idleAgents = new ConcurrentLinkedDeque<>();

    /** @param stores how files are reached */
    public Rooms(Foundation foundation, Store.Opener stores) {
        spec = foundation.spec();
        tuning = foundation.tuning();
        environment = foundation.environment();
        actors = environment.actors();
        points = environment.points();
        meter = environment.meter();
        topology = foundation.topology();
        types = foundation.types();
        frames = foundation.frames();
        allocator = foundation.allocator();
        tenants = foundation.tenants();
        movers = foundation.movers();
        regimes = foundation.regimes();
        events = foundation.events();
        pins = new Pins(frames);
        duplicates = new Duplicates(frames, allocator, objects, actors, foundation.counters());
        lazyPages = new LazyPages(this);
        merging = new Merging(this, foundation.counters());
        world = new World(actors);
        allocator.onExhausted(nodes -> world.visitIdle(agent -> allocator.drain(agent.worker(), nodes)));
        hintFaults = new HintRing(tuning.hintRing);
        policies = new MemoryPolicies(this);
        swap = new Swap(this, stores, foundation.counters());
        zeroPage = spec.backing() == Backing.BYTES ? memory.map(Pages.SIZE, Pages.SIZE) : 0;
        publish(foundation.counters());
        cache = new PageCache(this, stores);
        cache.publish(foundation.counters());
    }

    private void publish(Counters counters) {
        counters.gauge("pins.pages", "pages", "pages pinned now, each counted once a pin", pins::pages);
        for (Stat stat : Stat.values()) {
            counters.gauge(stat.counter(), stat.unit(), stat.description(), () -> world.total(stat));
        }
    }

    /** {@return an agent for a thread that changes memory again and again; give it back with {@link #retire}} */
    public Agent newAgent() {
        return newAgent(home(topology.profile().nodes().getFirst().id()));
    }

    /** {@return such an agent for work of a node's processors} */
    public Agent newAgent(int initiator) {
        Agent agent = new Agent(this, allocator.worker(), initiator);
        world.add(agent);
        return agent;
    }

    public void retire(Agent agent) {
        allocator.release(agent.worker());
        world.retire(agent);
    }

    /** {@return an agent for one operation, within the world; give it back with {@code done}} */
    public Agent begin() {
        Agent agent = idleAgents.pollFirst();
        Agent mine = agent == null ? newAgent() : agent;
        world.enter(mine);
        return mine;
    }

    public void done(Agent agent) {
        world.exit(agent);
        idleAgents.addFirst(agent);
    }

    /** {@return the driver of the device whose node it is, or null} */
    public @Nullable DeviceDriver driver(int node) {
        return drivers.get(node);
    }

    /** Sets or takes away the driver of a device's node. */
    public void driver(int node, @Nullable DeviceDriver driver) {
        drivers.set(node, driver);
    }

    /** {@return nodes of devices that are not there or are going, a bit each} */
    public long absentDevices() {
        long absent = 0;
        for (long rest = topology.ofKind(NodeKind.DEVICE).bits(); rest != 0; rest &= rest - 1) {
            absent |= drivers.get(Long.numberOfTrailingZeros(rest)) == null ? Long.lowestOneBit(rest) : 0;
        }
        return absent;
    }

    /** {@return cookie of the device whose node it is; the node's number when it has none} */
    public String owner(int node) {
        String owner = owners.get(node);
        return owner == null ? Integer.toString(node) : owner;
    }

    /** Sets the cookie of a device's node. */
    public void owner(int node, String owner) {
        owners.set(node, owner);
    }

    /** {@return the CPU node nearest to a node} */
    public int home(int node) {
        for (int candidate : topology.byLatency(node)) {
            if (topology.kind(candidate) == NodeKind.CPU) {
                return candidate;
            }
        }
        return node;
    }

    /** {@return whether a device can use memory of another node where it is} */
    public boolean reaches(int device, int node) {
        return types.cpuAddressable(regimes.current().typeOfNode(node))
                || owner(device).equals(owner(node));
    }

    /** Charges for work; nothing in wall-clock time. */
    public void charge(Cost cost, int initiator, int from, int to, long amount) {
        if (meter != null) {
            meter.charge(cost, initiator, from, to, amount);
        }
    }

    /** Charges for runs of pages that engines copied side by side; nothing in wall-clock time. */
    public void chargeCopies(int initiator, int from, int to, int engines, int[] pages, int runs) {
        if (meter != null) {
            meter.copies(initiator, from, to, engines, pages, runs);
        }
    }

    /**
     * {@return whether a request whose ground keeps changing has been repeated long enough: for some time, or in
     * virtual time, where time never decides, a number of times}
     */
    public boolean late(int attempt, long begunNs) {
        return environment.clock().virtual() ? attempt >= tuning.rangeTries : nowNs() - begunNs > tuning.rangeTimeoutNs;
    }

    public long nowNs() {
        return environment.clock().nowNs();
    }

    /** Gives back what the machine took from the system, after the last space is closed. */
    public void close() {
        world.end();
        for (Agent agent = idleAgents.pollFirst(); agent != null; agent = idleAgents.pollFirst()) {
            retire(agent);
        }
        swap.close();
        if (zeroPage != 0) {
            memory.unmap(zeroPage, Pages.SIZE);
        }
    }
}

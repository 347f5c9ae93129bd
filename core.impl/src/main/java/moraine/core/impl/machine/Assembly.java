package moraine.core.impl.machine;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.time.Environment;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.daemon.DaemonHost;
import moraine.core.impl.device.Devices;
import moraine.core.impl.events.Events;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.Movers;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.host.ExitRecords;
import moraine.core.impl.host.HostBase;
import moraine.core.impl.host.Installed;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.PolicyHost;
import moraine.core.impl.host.Providers;
import moraine.core.impl.host.Regimes;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;

/** The rooms of one machine, put together in the order in which they need each other. */
final class Assembly {
    private final MachineSpec spec;
    private final Tuning tuning;
    private final Environment environment;
    private final Counters counters = new Counters();
    private final Tenants tenants;
    private final Events events;
    private final Frames frames;
    private final NodesView view;
    private final PolicyHost policies;
    private final Devices devices;
    private final DaemonHost daemons;
    private final Topology topology;
    private final HostBase base;
    private final Installed installed;
    private @Nullable Mechanism mechanism;

    /** The lower rooms; nothing in them acts by itself. */
    private Assembly(MachineSpec spec, Environment environment, Providers providers, Limits limits) {
        this.spec = spec;
        tuning = Tuning.of(spec.tuning());
        this.environment = environment;
        topology = new Topology(Profiles.effective(spec));
        tenants = new Tenants(topology.nodes());
        events = new Events(environment.clock(), tuning.eventsKept);
        var types = new Types();
        frames = new Frames(spec.backing(), types, new NativeMemory());
        var allocator = new Allocator(frames, topology, types, tenants, counters, tuning);
        var regimes = new Regimes();
        view = new NodesView(topology, types, allocator, regimes);
        addMemory(allocator, types.systemRam());
        base = new HostBase(
                environment,
                view,
                topology,
                types,
                frames,
                allocator,
                new Movers(),
                counters,
                regimes,
                events,
                limits,
                tuning);
        var exits = new ExitRecords();
        policies = new PolicyHost(base, providers.policies(), exits);
        devices = new Devices(base, providers.drivers(), policies, exits, spec.devices(), spec.capacityBytes());
        daemons = new DaemonHost(base, providers.daemons(), policies, exits, spec.daemons());
        installed = new Installed(base, providers, policies.counters());
        view.devices(devices::infos);
    }

    /** Puts the rooms of a machine together, attaches its devices and puts its policy in place. */
    static Assembly of(
            MachineSpec spec, Environment environment, Providers providers, Mechanism.Factory factory, Limits limits) {
        var assembly = new Assembly(spec, environment, providers, limits);
        try {
            assembly.start(factory);
            return assembly;
        } catch (RuntimeException e) {
            assembly.close();
            throw e;
        }
    }

    private void addMemory(Allocator allocator, int type) {
        try {
            topology.profile().nodes().stream()
                    .filter(node -> node.kind() != NodeKind.DEVICE && topology.capacityPages(node.id()) > 0)
                    .sorted(Comparator.comparingInt(NodeSpec::id))
                    .forEach(node -> allocator.addNode(node.id(), topology.capacityPages(node.id()), type));
        } catch (RuntimeException e) {
            frames.close();
            throw e;
        }
    }

    private void start(Mechanism.Factory factory) {
        Mechanism made = factory.create(new Foundation(
                spec,
                tuning,
                environment,
                view,
                topology,
                base.types(),
                frames,
                base.allocator(),
                tenants,
                counters,
                base.movers(),
                base.regimes(),
                events,
                policies,
                devices::spaceClosed));
        mechanism = made;
        policies.start(made.converter(), made.moves());
        devices.attachAll(made.devices(), made::spaces);
        usePolicy();
        useDaemons(made);
    }

    private void usePolicy() {
        if (spec.policy().equals(MachineSpec.LAST_RESORT)) {
            return;
        }
        ExchangeReport report = policies.use(spec.policy(), /* strict= */ false);
        if (report.kind() == ExchangeReport.Kind.REFUSED) {
            throw new MoraineException(
                    Errno.EOPNOTSUPP, Blame.PLUGIN, "machine " + spec.name() + ": " + report.reason());
        }
    }

    private void useDaemons(Mechanism made) {
        String refusal = daemons.start(made.daemons());
        if (refusal != null) {
            throw new MoraineException(Errno.EOPNOTSUPP, Blame.PLUGIN, "machine " + spec.name() + ": " + refusal);
        }
    }

    MachineSpec spec() {
        return spec;
    }

    Installed installed() {
        return installed;
    }

    Tuning tuning() {
        return tuning;
    }

    Environment environment() {
        return environment;
    }

    MachineView view() {
        return view;
    }

    Mechanism mechanism() {
        return Objects.requireNonNull(mechanism);
    }

    Tenants tenants() {
        return tenants;
    }

    Devices devices() {
        return devices;
    }

    PolicyHost policies() {
        return policies;
    }

    DaemonHost daemons() {
        return daemons;
    }

    Counters counters() {
        return counters;
    }

    Events events() {
        return events;
    }

    /** Closes in order: daemons, policy, devices, spaces, then what they stood on. */
    void close() {
        List<Runnable> steps = List.of(
                daemons::close,
                policies::close,
                devices::close,
                this::closeMechanism,
                policies::closeActors,
                frames::close);
        RuntimeException first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void closeMechanism() {
        if (mechanism != null) {
            mechanism.close();
        }
    }
}

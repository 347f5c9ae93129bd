package moraine.driver.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.Machine;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import moraine.testkit.hmm.Subject;
import moraine.testkit.hmm.Variant;

/** GPUs under the real core, in virtual time, with bytes. */
final class GpuSubject implements Subject {
    private static final int CPU = 0;
    private static final int GPU = 1;
    private static final long RAM_BYTES = 128L << 20;
    private static final long DEVICE_BYTES = 48L << 20;
    private static final long LARGEST_RAM_BYTES = 640L << 20;
    private static final long LARGEST_DEVICE_BYTES = 320L << 20;

    private final DriverProvider driver;

    GpuSubject(DriverProvider driver) {
        this.driver = driver;
    }

    @Override
    public Machine machine(Variant variant, PolicyProvider policy) {
        return machine(variant, policy, RAM_BYTES, DEVICE_BYTES);
    }

    @Override
    public Machine largest(Variant variant, PolicyProvider policy) {
        return machine(variant, policy, LARGEST_RAM_BYTES, LARGEST_DEVICE_BYTES);
    }

    private Machine machine(Variant variant, PolicyProvider policy, long ramBytes, long deviceBytes) {
        var providers = new Providers();
        providers.drivers().add("gpu", driver, "moraine.driver.gpu test", 0);
        providers.policies().add(POLICY, policy, "moraine.testkit", 0);
        MachineProfile one = Profiles.load("gh200");
        var profile = new MachineProfile(withGpus(one.topology(), variant, deviceBytes), one.costs());
        var spec = MachineSpec.of(profile.topology(), POLICY).withCapacities(Map.of(CPU, ramBytes));
        return new MachineFactoryImpl(providers, Limits.DEFAULT)
                .create(spec, new VirtualEnvironment(profile, Map.of(), 1));
    }

    /** {@return the profile with its only GPU so many times, all alike} */
    private static TopologyProfile withGpus(TopologyProfile one, Variant variant, long deviceBytes) {
        List<NodeSpec> nodes = new ArrayList<>();
        List<ProcessorSpec> processors = new ArrayList<>();
        List<AccessEdge> accesses = new ArrayList<>();
        List<CopyEdge> copies = new ArrayList<>();
        int last = variant.devices();
        for (int node = 0; node <= last; node++) {
            int id = node;
            NodeSpec model = one.node(Math.min(node, GPU)).orElseThrow();
            nodes.add(new NodeSpec(id, "node" + id, model.kind(), model.parent(), model.bytes()));
            one.processor(model.id()).ifPresent(p -> processors.add(at(p, id)));
            for (int other = 0; other <= last; other++) {
                int to = other;
                one.access(model.id(), modelOf(id, to))
                        .ifPresent(
                                e -> accesses.add(new AccessEdge(id, to, e.latency(), e.read(), e.write(), e.knee())));
                one.copy(model.id(), to == id ? model.id() : id == CPU ? GPU : CPU)
                        .ifPresent(e -> copies.add(new CopyEdge(id, to, e.startup(), e.perPage(), e.bandwidth())));
            }
        }
        List<DeviceSpec> devices = IntStream.rangeClosed(1, last)
                .mapToObj(node -> new DeviceSpec("gpu" + (node - 1), "gpu", node, parameters(variant, deviceBytes)))
                .toList();
        return new TopologyProfile(one.name(), one.summary(), nodes, processors, accesses, copies, devices);
    }

    /** {@return the node of the model that a node sees as another: GPUs see each other as they see the CPU's memory} */
    private static int modelOf(int from, int to) {
        return to == CPU ? CPU : from == CPU || from == to ? GPU : CPU;
    }

    private static ProcessorSpec at(ProcessorSpec p, int node) {
        return new ProcessorSpec(
                node,
                p.cacheBytes(),
                p.cacheWays(),
                p.cacheLatency(),
                p.outstanding(),
                p.fault(),
                p.faultEach(),
                p.lineBytes());
    }

    private static Parameters parameters(Variant variant, long deviceBytes) {
        return Parameters.NONE
                .with("coherent", Boolean.toString(variant.coherent()))
                .with("size", Long.toString(deviceBytes));
    }
}

package moraine.bench;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Backing;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.testkit.JvmThreads;

/**
 * A machine in wall-clock time under HMM: CPU node {@value #CPU} and a GPU in software whose memory CPUs cannot
 * address, with one space.
 */
final class GpuRig implements AutoCloseable {
    static final int CPU = 0;
    private static final int GPU = 1;
    private static final String POLICY = "hmm";

    private final Machine machine;
    final AddressSpace space;
    final Device device;
    final CpuContext context;

    /** @param pages of each node that the caller uses; there are twice as many */
    GpuRig(long pages, int engines) {
        var providers = new Providers();
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu", 0);
        providers.policies().add(POLICY, new HmmProvider(), "moraine.policy.hmm", 0);
        var factory = new MachineFactoryImpl(providers, Limits.DEFAULT);
        var spec = MachineSpec.of(profile(2 * pages, engines), POLICY);
        machine = factory.create(spec.withBacking(Backing.BYTES), factory.wallClock(new JvmThreads(), 1));
        space = machine.openSpace("bench");
        device = machine.device("gpu0");
        context = space.attach(CPU);
    }

    private static TopologyProfile profile(long pages, int engines) {
        var bytes = Quantity.assumed((double) (pages << Pages.SHIFT), "bytes");
        var latency = Quantity.assumed(100, "ns");
        var bandwidth = Quantity.assumed(100, "GB/s");
        var knee = Quantity.assumed(0.8, "share");
        var parameters = Parameters.NONE.with("engines", Integer.toString(engines));
        return new TopologyProfile(
                "bench",
                "measured",
                List.of(
                        new NodeSpec(CPU, "cpu0", NodeKind.CPU, null, bytes),
                        new NodeSpec(GPU, "hbm0", NodeKind.DEVICE, CPU, bytes)),
                List.of(Rig.processor(CPU), Rig.processor(GPU)),
                List.of(
                        new AccessEdge(CPU, CPU, latency, bandwidth, bandwidth, knee),
                        new AccessEdge(GPU, GPU, latency, bandwidth, bandwidth, knee),
                        new AccessEdge(GPU, CPU, latency, bandwidth, bandwidth, knee)),
                List.of(
                        new CopyEdge(CPU, GPU, latency, latency, bandwidth),
                        new CopyEdge(GPU, CPU, latency, latency, bandwidth)),
                List.of(new DeviceSpec("gpu0", "gpu", GPU, parameters)));
    }

    /** {@return another context of the space, for another thread} */
    CpuContext attach() {
        return space.attach(CPU);
    }

    @Override
    public void close() {
        context.close();
        space.close();
        machine.close();
    }
}

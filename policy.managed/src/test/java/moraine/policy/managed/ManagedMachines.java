package moraine.policy.managed;

import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.testkit.cdm.TwoDevices;

/** Real machines with this strategy and the software GPU. */
final class ManagedMachines {
    private static final long MINUTE_NS = 60_000_000_000L;
    /** Of the usual limits those that count faults; a busy machine must not make a plug-in late. */
    private static final Limits LIMITS = Limits.DEFAULT.within(MINUTE_NS);

    private ManagedMachines() {}

    static TwoDevices make(String policy, int... allowed) {
        var providers = new Providers();
        providers.policies().add("managed", new ManagedProvider(), "moraine.policy.managed 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        return new TwoDevices(new MachineFactoryImpl(providers, LIMITS), "gpu", policy, allowed);
    }
}

package moraine.policy.managed;

import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.testkit.cdm.TwoDevices;

/** Real machines with this strategy and the software GPU. */
final class ManagedMachines {
    private ManagedMachines() {}

    static TwoDevices make(String policy, int... allowed) {
        var providers = new Providers();
        providers.policies().add("managed", new ManagedProvider(), "moraine.policy.managed 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        return new TwoDevices(new MachineFactoryImpl(providers, Limits.DEFAULT), "gpu", policy, allowed);
    }
}

package moraine.policy.cdm;

import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.testkit.cdm.TwoDevices;

/** Real machines in wall-clock time with this strategy and the software GPU. */
final class TwoDeviceMachines {
    private static final long MINUTE_NS = 60_000_000_000L;
    /** Of the usual limits those that count faults; a busy machine must not make a plug-in late. */
    private static final Limits LIMITS = Limits.DEFAULT.within(MINUTE_NS);

    private TwoDeviceMachines() {}

    static TwoDevices make(String policy, int... allowed) {
        var providers = new Providers();
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        return new TwoDevices(new MachineFactoryImpl(providers, LIMITS), "gpu", policy, allowed);
    }
}

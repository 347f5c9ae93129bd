package moraine.itest.compare;

import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.cdm.CdmProvider;
import moraine.policy.firsttouch.FirstTouchProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.policy.managed.ManagedProvider;

/** The real core with the real driver and policies, without a framework. */
final class PlainCore {
    private static final long MINUTE_NS = 60_000_000_000L;
    /** Of the usual limits those that count faults; a busy machine must not make a plug-in late. */
    private static final Limits LIMITS = Limits.DEFAULT.within(MINUTE_NS);

    private PlainCore() {}

    static MachineFactoryImpl factory() {
        var providers = new Providers();
        providers.policies().add("hmm", new HmmProvider(), "moraine.policy.hmm 0.1", 100);
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 50);
        providers.policies().add("managed", new ManagedProvider(), "moraine.policy.managed 0.1", 0);
        providers.policies().add("first-touch", new FirstTouchProvider(), "moraine.policy.firsttouch 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        return new MachineFactoryImpl(providers, LIMITS);
    }
}

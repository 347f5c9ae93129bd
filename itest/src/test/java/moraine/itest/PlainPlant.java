package moraine.itest;

import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.daemon.arbiter.ArbiterProvider;
import moraine.daemon.balance.BalanceProvider;
import moraine.daemon.merge.MergeProvider;
import moraine.daemon.reclaim.ReclaimProvider;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.cdm.CdmProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.policy.managed.ManagedProvider;
import moraine.testkit.cdm.Plant;
import moraine.testkit.cdm.Service;

/** The real core with the software GPU and the policies, without a framework. */
final class PlainPlant implements Plant {
    private static final String DRIVER = "gpu";
    private static final long MINUTE_NS = 60_000_000_000L;
    /** Of the usual limits those that count faults; a busy machine must not make a plug-in late. */
    private static final Limits LIMITS = Limits.DEFAULT.within(MINUTE_NS);

    private final Providers providers = new Providers();
    private final DriverProvider driver = new GpuProvider();
    private final MachineFactoryImpl factory;

    PlainPlant() {
        policy("hmm", new HmmProvider());
        policy("cdm", new CdmProvider());
        policy("managed", new ManagedProvider());
        daemon("arbiter", new ArbiterProvider());
        daemon("balance", new BalanceProvider());
        daemon("merge", new MergeProvider());
        daemon("reclaim", new ReclaimProvider());
        restore();
        factory = new MachineFactoryImpl(providers, LIMITS);
    }

    /** Adds a policy. @return this */
    PlainPlant policy(String name, PolicyProvider provider) {
        providers.policies().add(name, provider, "moraine.policy." + name + " test", 0);
        return this;
    }

    private void daemon(String name, DaemonProvider provider) {
        providers.daemons().add(name, provider, "moraine.daemon." + name + " test", 0);
    }

    @Override
    public MachineFactory factory() {
        return factory;
    }

    @Override
    public String driver() {
        return DRIVER;
    }

    @Override
    public String daemon(Service service) {
        return switch (service) {
            case ARBITER -> "arbiter(idle=3,periodUs=1000,restUs=10000)";
            case BALANCE -> "balance(hotUs=60000000,periodMinUs=2000,periodMaxUs=10000)";
            case MERGE -> "merge(pagesToScan=16384,periodUs=1000)";
            case RECLAIM -> "reclaim(periodUs=100)";
        };
    }

    @Override
    public void withdraw() {
        providers.drivers().remove(driver);
    }

    @Override
    public void restore() {
        providers.drivers().add(DRIVER, driver, "moraine.driver.gpu test", 0);
    }

    @Override
    public void close() {
        factory.close();
    }
}

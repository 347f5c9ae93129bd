package moraine.core.impl.machine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.Machine;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Threads;
import moraine.core.impl.MechanismImpl;
import moraine.core.impl.host.Catalog;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.time.ThreadedEnvironment;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Makes machines from the plug-in providers that are registered, and closes what is left when it goes away. */
@Component(service = MachineFactory.class, immediate = true)
public final class MachineFactoryImpl implements MachineFactory {
    private static final System.Logger LOG = System.getLogger(MachineFactoryImpl.class.getName());

    private final Providers providers;
    private final Mechanism.Factory mechanisms;
    private final Limits limits;
    private final Deque<MachineImpl> machines = new ArrayDeque<>();
    private boolean closed;

    /** Made by Declarative Services, which fills in the providers. */
    @Activate
    public MachineFactoryImpl() {
        this(new Providers(), Limits.DEFAULT);
    }

    /**
     * Made by hand.
     *
     * @param providers filled by the caller
     * @param limits of plug-ins
     */
    public MachineFactoryImpl(Providers providers, Limits limits) {
        this(providers, MechanismImpl::new, limits);
    }

    /**
     * Made by hand, over a mechanism whose rooms the caller wants to see.
     *
     * @param providers filled by the caller
     * @param mechanisms makes the mechanism of each machine
     * @param limits of plug-ins
     */
    public MachineFactoryImpl(Providers providers, Mechanism.Factory mechanisms, Limits limits) {
        this.providers = providers;
        this.mechanisms = mechanisms;
        this.limits = limits;
    }

    @Override
    public Machine create(MachineSpec spec, Environment environment) {
        var assembly = Assembly.of(spec, environment, providers, mechanisms, limits);
        var machine = new MachineImpl(assembly, this::forget);
        synchronized (machines) {
            if (!closed) {
                machines.push(machine);
                return machine;
            }
        }
        machine.close();
        throw MoraineException.caller(Errno.EBADF, "the machine factory is gone; look it up again");
    }

    private void forget(MachineImpl machine) {
        synchronized (machines) {
            machines.remove(machine);
        }
    }

    @Override
    public Environment wallClock(Threads threads, long seed) {
        return new ThreadedEnvironment(threads, seed);
    }

    /** Closes all machines, the youngest first. */
    @Deactivate
    public void close() {
        for (MachineImpl machine = youngest(); machine != null; machine = youngest()) {
            machine.close();
        }
    }

    private @Nullable MachineImpl youngest() {
        synchronized (machines) {
            closed = true;
            return machines.peek();
        }
    }

    @Reference(
            service = PolicyProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addPolicy(
            PolicyProvider provider, ServiceReference<PolicyProvider> reference, Map<String, Object> properties) {
        add(providers.policies(), provider, reference, properties);
    }

    void removePolicy(PolicyProvider provider) {
        providers.policies().remove(provider);
    }

    @Reference(
            service = DriverProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addDriver(
            DriverProvider provider, ServiceReference<DriverProvider> reference, Map<String, Object> properties) {
        add(providers.drivers(), provider, reference, properties);
    }

    void removeDriver(DriverProvider provider) {
        providers.drivers().remove(provider);
    }

    @Reference(
            service = DaemonProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addDaemon(
            DaemonProvider provider, ServiceReference<DaemonProvider> reference, Map<String, Object> properties) {
        add(providers.daemons(), provider, reference, properties);
    }

    void removeDaemon(DaemonProvider provider) {
        providers.daemons().remove(provider);
    }

    private static <P> void add(
            Catalog<P> catalog, P provider, ServiceReference<P> reference, Map<String, Object> properties) {
        Bundle bundle = reference.getBundle();
        String from = bundle == null ? "(gone)" : bundle.getSymbolicName() + " " + bundle.getVersion();
        if (properties.get(PolicyProvider.NAME_PROPERTY) instanceof String name) {
            int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer given ? given : 0;
            catalog.add(name, provider, from, ranking);
        } else {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a provider of " + from + " has no service property " + PolicyProvider.NAME_PROPERTY
                            + " and cannot be used; register it with its family's name");
        }
    }
}

package moraine.core.impl.host;

import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.policy.PolicyProvider;

/** All plug-in providers that are there; shared by the machines of a factory. */
public final class Providers {
    private final Catalog<PolicyProvider> policies = new Catalog<>("policy");
    private final Catalog<DriverProvider> drivers = new Catalog<>("driver");
    private final Catalog<DaemonProvider> daemons = new Catalog<>("daemon");

    public Catalog<PolicyProvider> policies() {
        return policies;
    }

    public Catalog<DriverProvider> drivers() {
        return drivers;
    }

    public Catalog<DaemonProvider> daemons() {
        return daemons;
    }
}

package moraine.testkit.cdm;

import moraine.core.api.host.MachineFactory;

/** A factory of machines with the plug-ins that it knows, for one scenario. */
public interface Plant extends AutoCloseable {
    /** {@return the factory, which knows the policies under test and a driver of coherent devices} */
    MachineFactory factory();

    /** {@return family of the driver, which takes the parameter {@code coherent}} */
    String driver();

    /** {@return instance name of a daemon that the factory knows and that provides the service, often} */
    String daemon(Service service);

    /** Takes the driver away from all machines; returns when nothing runs from it. */
    void withdraw();

    /** Brings the driver back. */
    void restore();

    @Override
    void close();
}

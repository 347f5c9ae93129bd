package moraine.sim.compare;

import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;

/** The real core, which by itself has one policy, the last resort, and no driver. */
final class Core {
    private Core() {}

    static MachineFactoryImpl factory() {
        return new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
    }
}

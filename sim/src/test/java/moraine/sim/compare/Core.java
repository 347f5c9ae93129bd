package moraine.sim.compare;

import java.util.concurrent.locks.LockSupport;
import moraine.core.api.time.Threads;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;

/** The real core, which by itself has one policy, the last resort, and no driver. */
final class Core {
    /** The JVM's clock and threads. */
    static final Threads THREADS = new Threads() {
        @Override
        public long nowNs() {
            return System.nanoTime();
        }

        @Override
        public void start(String name, Runnable body) {
            Thread.ofPlatform().name(name).daemon().start(body);
        }

        @Override
        public void parkNs(long ns) {
            LockSupport.parkNanos(ns);
        }
    };

    private Core() {}

    static MachineFactoryImpl factory() {
        return new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
    }
}

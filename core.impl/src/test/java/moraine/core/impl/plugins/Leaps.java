package moraine.core.impl.plugins;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Threads;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;

/** The JVM's threads with a clock that a test lets leap; who is parked looks at it every millisecond. */
public final class Leaps implements Threads {
    private final AtomicLong aheadNs = new AtomicLong();
    private final JvmThreads inside = new JvmThreads();

    /** {@return a wall-clock environment with these threads} */
    public Environment environment() {
        return new ThreadedEnvironment(this, 42);
    }

    /** Lets time pass at once. */
    public void leap(long ns) {
        aheadNs.addAndGet(ns);
    }

    @Override
    public long nowNs() {
        return inside.nowNs() + aheadNs.get();
    }

    @Override
    public void start(String name, Runnable body) {
        inside.start(name, body);
    }

    @Override
    public void parkNs(long ns) {
        inside.parkNs(Math.min(ns, 1_000_000));
    }
}

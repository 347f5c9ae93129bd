package moraine.core.impl.plugins;

import moraine.core.api.time.Environment;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;

/** Wall-clock time on the JVM's own threads. */
public final class WallClock {
    private WallClock() {}

    /** {@return a wall-clock environment} */
    public static Environment environment() {
        return new ThreadedEnvironment(new JvmThreads(), 42);
    }
}

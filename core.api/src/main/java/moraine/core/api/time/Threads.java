package moraine.core.api.time;

import org.osgi.annotation.versioning.ConsumerType;

/** The JVM's clock and threads, as the launcher or a test hands them to the core. */
@ConsumerType
public interface Threads {
    /** {@return nanoseconds since some origin} */
    long nowNs();

    /** Starts a daemon thread. */
    void start(String name, Runnable body);

    /** Parks the calling thread for at most so long; {@link java.util.concurrent.locks.LockSupport#unpark} ends it. */
    void parkNs(long ns);
}

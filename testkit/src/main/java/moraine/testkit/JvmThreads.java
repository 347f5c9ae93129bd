package moraine.testkit;

import java.util.concurrent.locks.LockSupport;
import moraine.core.api.time.Threads;

/** The JVM's clock and threads, for machines that a test makes in wall-clock time. */
public final class JvmThreads implements Threads {
    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public void start(String name, Runnable body) {
        Thread.ofPlatform().name(name).daemon(true).start(body);
    }

    @Override
    public void parkNs(long ns) {
        LockSupport.parkNanos(ns);
    }
}

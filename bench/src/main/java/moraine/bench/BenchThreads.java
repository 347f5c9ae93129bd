package moraine.bench;

import java.util.concurrent.locks.LockSupport;
import moraine.core.api.time.Threads;

/** The clock and the threads of this JVM, for the machines that are measured. */
public final class BenchThreads implements Threads {
    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public void start(String name, Runnable body) {
        Thread.ofPlatform().daemon(true).name(name).start(body);
    }

    @Override
    public void parkNs(long ns) {
        LockSupport.parkNanos(ns);
    }
}

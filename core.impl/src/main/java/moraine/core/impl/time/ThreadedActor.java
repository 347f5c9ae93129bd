package moraine.core.impl.time;

import java.util.concurrent.locks.LockSupport;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import moraine.core.api.time.Threads;
import org.jspecify.annotations.Nullable;

/** An actor as a thread: steps while there is more to do, parks while idle. */
final class ThreadedActor implements Actor, Runnable {
    private static final long NEVER = Long.MAX_VALUE;

    private final String name;
    private final Threads threads;
    private final ThreadedActors actors;
    private @Nullable Step step;
    private volatile @Nullable Thread thread;
    private volatile boolean woken;
    private volatile boolean stopped;
    private volatile boolean done;
    private volatile @Nullable Throwable failure;
    private volatile long wakeTimeNs = NEVER;

    ThreadedActor(String name, Step step, Threads threads, ThreadedActors actors) {
        this.name = name;
        this.step = step;
        this.threads = threads;
        this.actors = actors;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            work();
        } catch (Throwable t) {
            failure = t;
        } finally {
            step = null;
            thread = null;
            done = true;
            actors.signal();
        }
    }

    private void work() {
        Step work = step;
        while (!stopped && work != null) {
            woken = false;
            wakeTimeNs = NEVER;
            switch (work.step(this)) {
                case MORE -> {}
                case IDLE -> sleep();
                case DONE -> {
                    return;
                }
            }
        }
    }

    /**
     * A wake during the step has set the flag already; one after the check leaves a permit for the park. An interrupt
     * is taken off, for an interrupted thread cannot park.
     */
    private void sleep() {
        while (!woken && !stopped) {
            long until = wakeTimeNs;
            long left = until == NEVER ? NEVER : until - threads.nowNs();
            if (left <= 0) {
                return;
            }
            threads.parkNs(left);
            Thread.interrupted();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void wake() {
        woken = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void wakeAt(long timeNs) {
        wakeTimeNs = timeNs;
        LockSupport.unpark(thread);
    }

    @Override
    public void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    @Override
    public boolean done() {
        return done;
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }
}

package moraine.driver.gpu;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/** A thread for each actor. */
final class ThreadActors implements Actors, Clock {
    private final List<Entry> entries = new CopyOnWriteArrayList<>();

    @Override
    public Actor start(String name, int initiator, Step step) {
        var entry = new Entry(name, step);
        entries.add(entry);
        entry.thread.start();
        return entry;
    }

    /** Waits for all actors to end. {@return what ended them other than being done} */
    List<Throwable> join() throws InterruptedException {
        for (Entry entry : entries) {
            entry.thread.join(TimeUnit.SECONDS.toMillis(30));
            if (entry.thread.isAlive()) {
                return List.of(new AssertionError(entry.name() + " does not end"));
            }
        }
        return entries.stream()
                .flatMap(entry -> Stream.ofNullable(entry.failure))
                .toList();
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        long deadline = System.nanoTime() + timeoutNs;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(20_000);
        }
        return true;
    }

    @Override
    public void signal() {}

    @Override
    public void pause(int turn) {
        LockSupport.parkNanos(1_000);
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public boolean virtual() {
        return false;
    }

    private static final class Entry implements Actor {
        private final Thread thread;
        private final Step step;
        private final Semaphore wakes = new Semaphore(0);
        private volatile boolean stopped;
        private volatile @Nullable Throwable failure;

        Entry(String name, Step step) {
            this.step = step;
            thread = Thread.ofPlatform().name(name).daemon().unstarted(this::body);
        }

        private void body() {
            try {
                while (!stopped) {
                    switch (step.step(this)) {
                        case MORE -> {}
                        case IDLE -> {
                            wakes.acquire();
                            wakes.drainPermits();
                        }
                        case DONE -> stopped = true;
                    }
                }
            } catch (Throwable thrown) {
                failure = thrown;
            }
        }

        @Override
        public String name() {
            return thread.getName();
        }

        @Override
        public void wake() {
            wakes.release();
        }

        @Override
        public void wakeAt(long timeNs) {
            wakes.release();
        }

        @Override
        public void stop() {
            stopped = true;
            wakes.release();
        }

        @Override
        public boolean done() {
            return !thread.isAlive();
        }

        @Override
        public @Nullable Throwable failure() {
            return failure;
        }
    }
}

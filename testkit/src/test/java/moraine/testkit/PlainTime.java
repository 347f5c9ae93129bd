package moraine.testkit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/** Wall-clock time as plain as can be: a thread an actor, which takes one step. */
final class PlainTime implements Environment, Clock, Actors {
    private final boolean virtual;
    private final boolean byHand;
    private final AtomicLong passedNs = new AtomicLong();
    private volatile long pauseNs;

    PlainTime(boolean virtual) {
        this(virtual, false);
    }

    private PlainTime(boolean virtual, boolean byHand) {
        this.virtual = virtual;
        this.byHand = byHand;
    }

    /** {@return time that stands still but for what the test lets pass, so that no deadline is over before it is to} */
    static PlainTime byHand() {
        return new PlainTime(false, true);
    }

    /** Lets time pass. */
    void pass(long ns) {
        passedNs.addAndGet(ns);
    }

    /** Lets so much time pass in each pause of who waits. */
    void passesByPauses(long ns) {
        pauseNs = ns;
    }

    @Override
    public Actor start(String name, int initiator, Step step) {
        var actor = new OneStep(name);
        new JvmThreads().start(name, () -> actor.run(step));
        return actor;
    }

    private static final class OneStep implements Actor {
        private final String name;
        private volatile boolean done;
        private volatile @Nullable Throwable failure;

        OneStep(String name) {
            this.name = name;
        }

        private void run(Step step) {
            try {
                step.step(this);
            } catch (Throwable thrown) {
                failure = thrown;
            }
            done = true;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void wake() {}

        @Override
        public void wakeAt(long timeNs) {}

        @Override
        public void stop() {}

        @Override
        public boolean done() {
            return done;
        }

        @Override
        public @Nullable Throwable failure() {
            return failure;
        }
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        throw new UnsupportedOperationException("gates do not wait this way");
    }

    @Override
    public void signal() {}

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // a turn in which others may run, nothing rests on it
    public void pause(int turn) {
        pass(pauseNs);
        Thread.yield();
    }

    @Override
    public long nowNs() {
        return byHand ? passedNs.get() : System.nanoTime();
    }

    @Override
    public boolean virtual() {
        return virtual;
    }

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public Actors actors() {
        return this;
    }

    @Override
    public @Nullable Meter meter() {
        return null;
    }

    @Override
    public RandomGenerator random(String purpose) {
        throw new UnsupportedOperationException("nothing here is random");
    }
}

package moraine.core.impl.plugins;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import moraine.core.api.model.Intent;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/**
 * The smallest virtual time: the actor with the least time steps next; a step costs a nanosecond and what it charges.
 */
public final class VirtualEnvironment implements Environment, Clock, Actors, Meter {
    private static final long NEVER = Long.MAX_VALUE;

    private final List<VirtualActor> actors = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private @Nullable VirtualActor current;
    private long nowNs;

    private final class VirtualActor implements Actor {
        final String name;
        final Step step;
        long timeNs;
        long wakeTimeNs = NEVER;
        boolean runnable = true;
        boolean done;

        @Nullable
        Throwable failure;

        VirtualActor(String name, Step step) {
            this.name = name;
            this.step = step;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void wake() {
            if (!runnable) {
                timeNs = Math.max(timeNs, VirtualEnvironment.this.nowNs());
            }
            runnable = true;
        }

        @Override
        public void wakeAt(long atNs) {
            wakeTimeNs = atNs;
        }

        @Override
        public void stop() {
            done = true;
        }

        @Override
        public boolean done() {
            return done;
        }

        @Override
        public @Nullable Throwable failure() {
            return failure;
        }

        long nextNs() {
            return done ? NEVER : runnable ? timeNs : wakeTimeNs;
        }

        void run() {
            timeNs = Math.max(timeNs, nextNs()) + 1;
            runnable = false;
            wakeTimeNs = NEVER;
            current = this;
            log.add(name + "@" + timeNs);
            try {
                Step.Progress progress = step.step(this);
                runnable |= progress == Step.Progress.MORE;
                done |= progress == Step.Progress.DONE;
            } catch (RuntimeException | Error e) {
                failure = e;
                done = true;
            } finally {
                current = null;
                nowNs = Math.max(nowNs, timeNs);
            }
        }
    }

    /** {@return every step so far, with its time} */
    public List<String> log() {
        return List.copyOf(log);
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
    public Meter meter() {
        return this;
    }

    @Override
    public RandomGenerator random(String purpose) {
        return new SplittableRandom(purpose.hashCode());
    }

    @Override
    public long nowNs() {
        return current == null ? nowNs : current.timeNs;
    }

    @Override
    public boolean virtual() {
        return true;
    }

    @Override
    public Actor start(String name, int initiator, Step step) {
        var actor = new VirtualActor(name, step);
        actor.timeNs = nowNs();
        actors.add(actor);
        return actor;
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        if (current != null) {
            throw new IllegalStateException("await in a step of " + current.name);
        }
        long endNs = timeoutNs > NEVER - nowNs ? NEVER : nowNs + timeoutNs;
        while (!condition.getAsBoolean()) {
            VirtualActor next = null;
            for (VirtualActor actor : actors) {
                if (actor.nextNs() != NEVER && (next == null || actor.nextNs() < next.nextNs())) {
                    next = actor;
                }
            }
            if (next == null || next.nextNs() > endNs) {
                return condition.getAsBoolean();
            }
            next.run();
        }
        return true;
    }

    @Override
    public void signal() {}

    @Override
    public void pause(int turn) {
        throw new IllegalStateException("pause in virtual time");
    }

    @Override
    public void charge(Cost cost, int initiator, int from, int to, long amount) {
        if (current != null) {
            current.timeNs += amount;
        }
    }

    @Override
    public void access(int initiator, int node, long address, int bytes, Intent intent) {
        if (current != null) {
            current.timeNs += 1;
        }
    }
}

package moraine.driver.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/** Actors on the test's own thread, one step each in turn, at a time that the test sets. */
final class LoopActors implements Actors, Clock {
    private static final int MOST_TURNS = 1_000_000;

    long nowNs;

    private final List<Entry> entries = new ArrayList<>();

    @Override
    public Actor start(String name, int initiator, Step step) {
        var entry = new Entry(name, step);
        entries.add(entry);
        return entry;
    }

    /** Steps until every actor idles or has ended. */
    void run() {
        for (int turns = 0; turn(); turns++) {
            if (turns == MOST_TURNS) {
                throw new AssertionError("actors wake each other without end");
            }
        }
    }

    /** Steps every actor that has something to do once. {@return whether there was one} */
    boolean turn() {
        boolean any = false;
        for (Entry entry : List.copyOf(entries)) {
            any |= entry.turn();
        }
        return any;
    }

    boolean allDone() {
        return entries.stream().allMatch(Actor::done);
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        while (!condition.getAsBoolean() && turn()) {}
        return condition.getAsBoolean();
    }

    @Override
    public void signal() {}

    @Override
    public void pause(int turn) {
        throw new IllegalStateException("nobody else runs");
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public boolean virtual() {
        return true;
    }

    private final class Entry implements Actor {
        private final String name;
        private final Step step;
        private boolean runnable = true;
        private long wakeAtNs = Long.MAX_VALUE;
        private boolean done;

        Entry(String name, Step step) {
            this.name = name;
            this.step = step;
        }

        boolean turn() {
            if (done || (!runnable && nowNs < wakeAtNs)) {
                return false;
            }
            runnable = false;
            wakeAtNs = Long.MAX_VALUE;
            switch (step.step(this)) {
                case MORE -> runnable = true;
                case IDLE -> {}
                case DONE -> done = true;
            }
            return true;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void wake() {
            runnable = true;
        }

        @Override
        public void wakeAt(long timeNs) {
            wakeAtNs = timeNs;
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
            return null;
        }
    }
}

package moraine.core.impl.time;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Threads;
import org.jspecify.annotations.Nullable;

/** Wall-clock time over the JVM's clock and threads as they are handed in. */
public final class ThreadedEnvironment implements Environment, Clock {
    private final Threads threads;
    private final ThreadedActors actors;
    private final long seed;

    /**
     * @param threads the JVM's clock and threads
     * @param seed of every random sequence
     */
    public ThreadedEnvironment(Threads threads, long seed) {
        this.threads = threads;
        this.seed = seed;
        this.actors = new ThreadedActors(threads);
    }

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public Actors actors() {
        return actors;
    }

    @Override
    public @Nullable Meter meter() {
        return null;
    }

    @Override
    public RandomGenerator random(String purpose) {
        return new SplittableRandom(seed ^ hash(purpose));
    }

    @Override
    public long nowNs() {
        return threads.nowNs();
    }

    @Override
    public boolean virtual() {
        return false;
    }

    /** 64-bit FNV-1a: the same in every JVM. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}

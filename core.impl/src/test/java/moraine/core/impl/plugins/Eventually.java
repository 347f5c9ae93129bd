package moraine.core.impl.plugins;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread does and nobody signals. */
public final class Eventually {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    private Eventually() {}

    /** Fails when the condition does not hold within a minute. */
    public static void holds(String what, BooleanSupplier condition) {
        long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startNs > LIMIT_NS) {
                throw new AssertionError("does not hold after a minute: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}

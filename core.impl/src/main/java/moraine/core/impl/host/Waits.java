package moraine.core.impl.host;

import java.util.function.BooleanSupplier;
import moraine.core.api.time.Environment;

/** Waiting for what another actor does; in virtual time, where everything before is through, only looking. */
public final class Waits {
    private Waits() {}

    /** {@return whether the condition holds within the time} */
    public static boolean until(Environment environment, BooleanSupplier condition, long timeoutNs) {
        if (environment.clock().virtual()) {
            return condition.getAsBoolean();
        }
        return environment.actors().await(condition, timeoutNs);
    }
}

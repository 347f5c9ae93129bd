package moraine.core.impl.host;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Environment;

/** Lets one exchange after another happen. Not a lock that callbacks could meet: they run on actors of their own. */
public final class Permit {
    private final Environment environment;
    private final AtomicBoolean taken = new AtomicBoolean();

    public Permit(Environment environment) {
        this.environment = environment;
    }

    /**
     * Does something while nobody else does.
     *
     * @throws MoraineException EBUSY when it is not free in time
     */
    public <T> T exclusively(long timeoutNs, Supplier<T> work) {
        long endNs = environment.clock().nowNs() + timeoutNs;
        while (!taken.compareAndSet(false, true)) {
            if (!Waits.until(
                    environment, () -> !taken.get(), endNs - environment.clock().nowNs())) {
                throw MoraineException.caller(
                        Errno.EBUSY,
                        "another exchange of plug-ins is still under way after " + timeoutNs / 1_000_000
                                + " ms; try again later");
            }
        }
        try {
            return work.get();
        } finally {
            taken.set(false);
            environment.actors().signal();
        }
    }
}

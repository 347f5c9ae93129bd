package moraine.core.api.host;

import moraine.core.api.model.MachineSpec;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Threads;
import org.osgi.annotation.versioning.ProviderType;

/** The service that makes machines. Nothing is shared between two machines, so many may live at a time. */
@ProviderType
public interface MachineFactory {
    /**
     * Makes a machine, its devices attached and its policy active.
     *
     * @throws moraine.core.api.model.MoraineException ENOENT for an unknown policy or driver, EOPNOTSUPP when the
     *     policy cannot drive the devices, EINVAL for a profile that contradicts itself and for a tunable that there is
     *     not or whose value is beyond its bounds
     */
    Machine create(MachineSpec spec, Environment environment);

    /**
     * {@return an environment of wall-clock time, in which each actor is a thread}
     *
     * @param threads the JVM's clock and threads
     * @param seed of every random sequence
     */
    Environment wallClock(Threads threads, long seed);
}

package moraine.sim;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A machine with a subject to run on it once. While it runs, other threads may look at the machine and change its
 * policy.
 */
@ProviderType
public interface Run extends AutoCloseable {
    Machine machine();

    /** {@return the space that the subject uses} */
    AddressSpace space();

    /** {@return what runs on what, with the sizes that were chosen} */
    List<Fact> facts();

    /** {@return where the machine is not exactly what was asked for, a sentence each} */
    List<String> adjustments();

    /**
     * Runs the subject and checks its result and the machine's invariants; call it once.
     *
     * @throws moraine.core.api.model.MoraineException when it could not end, or the machine broke a rule of its own
     */
    RunResult play();

    /** Closes the machine. */
    @Override
    void close();
}

package moraine.core.api.host;

import java.util.random.RandomGenerator;
import moraine.core.api.daemon.Fallbacks;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.HintFaults;
import moraine.core.api.daemon.Owners;
import org.osgi.annotation.versioning.ProviderType;

/** What the host offers a daemon instance. Revoked when the instance ends: later calls throw EBADF. */
@ProviderType
public interface DaemonContext {
    MachineView view();

    RandomGenerator random();

    /**
     * Makes an empty list for scans to fill; make it once and use it again.
     *
     * @param capacity folios, 1 to 65536
     * @throws moraine.core.api.model.MoraineException EINVAL for another capacity
     */
    Folios folios(int capacity);

    /**
     * Makes an empty list for {@link moraine.core.api.daemon.Tick#fallbacks} to fill.
     *
     * @param capacity rows, 1 to 65536
     * @throws moraine.core.api.model.MoraineException EINVAL for another capacity
     */
    Fallbacks fallbacks(int capacity);

    /**
     * Makes an empty list for {@link moraine.core.api.daemon.Tick#census} to fill; it grows with the number of tenants.
     */
    Owners owners();

    /** As {@link #folios}, for hint faults. */
    HintFaults hintFaults(int capacity);
}

package moraine.core.api.host;

import java.util.random.RandomGenerator;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Plan;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the host offers a policy instance. Revoked when the instance ends: later calls throw EBADF. All calls return at
 * once; work is queued for host actors.
 */
@ProviderType
public interface PolicyContext {
    MachineView view();

    RandomGenerator random();

    /**
     * Replaces the plan as a whole. @throws moraine.core.api.model.MoraineException EINVAL with what is illegal in it
     */
    void replan(Plan plan);

    /** Asks for pages of a range to be moved; the host checks and may refuse. */
    void requestMigration(int space, long address, long bytes, int node, Cause cause);

    /**
     * Tells that pages are wanted on a node which has no room for them, so that it was not even tried. Daemons that
     * arbitrate between tenants hear of it as of an allocation that found nothing.
     */
    void reportLack(int space, long pages, int node);
}

package moraine.core.api.driver;

import moraine.core.api.model.Intent;
import org.osgi.annotation.versioning.ConsumerType;

/** Told by a block's access that a translation is missing or does not allow the intent. */
@ConsumerType
@FunctionalInterface
public interface FaultHandler {
    /** Records the fault; called on the block's thread, must not wait. The access then throws {@link PageFault}. */
    void fault(long address, Intent intent);

    /**
     * Records a fault on a whole range, which a block announced; as {@link #fault(long, Intent)} otherwise. Not
     * implemented: only the first page's fault is told, and the block announces the rest again when that is served.
     *
     * @param address of the first page
     * @param pages at least 1; those between the first and the last may be there already
     */
    default void fault(long address, long pages, Intent intent) {
        fault(address, intent);
    }
}

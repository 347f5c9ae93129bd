package moraine.core.api.driver;

import moraine.core.api.model.Intent;
import org.osgi.annotation.versioning.ConsumerType;

/** Told by a block's access that a translation is missing or does not allow the intent. */
@ConsumerType
@FunctionalInterface
public interface FaultHandler {
    /** Records the fault; called on the block's thread, must not wait. The access then throws {@link PageFault}. */
    void fault(long address, Intent intent);
}

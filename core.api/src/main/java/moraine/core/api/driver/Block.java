package moraine.core.api.driver;

import moraine.core.api.host.DeviceAccess;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A block of a kernel as a step function. When an access of a step faults, the step is abandoned by {@link PageFault}
 * and called again once the fault is served, so a step must be safe to repeat: it keeps its progress in fields that it
 * changes only after its last access, and repeats stores with the same values.
 */
@ConsumerType
@FunctionalInterface
public interface Block {
    /**
     * Does a piece of the block's work, a few hundred accesses at most.
     *
     * @return whether there is more
     */
    boolean step(DeviceAccess memory);
}

package moraine.core.api.driver;

import org.osgi.annotation.versioning.ConsumerType;

/** Told of accesses of a device to memory that is not its own, for access counters. */
@ConsumerType
@FunctionalInterface
public interface RemoteAccesses {
    /**
     * Counts accesses; called on the block's thread, must not wait.
     *
     * @param address of the last one
     * @param accesses how many this sample stands for
     */
    void add(long address, long accesses);
}

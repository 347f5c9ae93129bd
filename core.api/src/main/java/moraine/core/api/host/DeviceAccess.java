package moraine.core.api.host;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A resident block's way to memory: translates through the DeviceTable only. A missing translation goes to the fault
 * handler given by the driver, then {@link moraine.core.api.driver.PageFault} is thrown; the block's step is replayed
 * when the fault is served. {@link #read} and {@link #write} take windows that lie within one page. Confined to one
 * thread at a time.
 */
@ProviderType
public interface DeviceAccess extends MemoryAccess, AutoCloseable {
    /**
     * Announces a range that the block is about to use: if a translation is missing, the pages from the first to the
     * last that miss one are raised as one range fault, then {@link moraine.core.api.driver.PageFault} is thrown. Does
     * nothing when all are there. An announcement keeps nothing in place: later accesses may fault all the same.
     *
     * <p>Not implemented: each page is touched, so that each faults by itself.
     */
    default void prefault(long address, long bytes, Intent intent) {
        long end = address + bytes;
        for (long at = address; at < end; at = Pages.floor(at) + Pages.SIZE) {
            touch(at, 1, intent);
        }
    }

    @Override
    void close();
}

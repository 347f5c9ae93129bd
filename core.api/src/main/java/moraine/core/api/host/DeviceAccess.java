package moraine.core.api.host;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A resident block's way to memory: translates through the DeviceTable only. A missing translation goes to the fault
 * handler given by the driver, then {@link moraine.core.api.driver.PageFault} is thrown; the block's step is replayed
 * when the fault is served. {@link #read} and {@link #write} take windows that lie within one page. Confined to one
 * thread at a time.
 */
@ProviderType
public interface DeviceAccess extends MemoryAccess, AutoCloseable {
    @Override
    void close();
}

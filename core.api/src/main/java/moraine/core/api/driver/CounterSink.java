package moraine.core.api.driver;

import org.osgi.annotation.versioning.ProviderType;

/** Receives access counters. Reused; valid during the callback only. */
@ProviderType
public interface CounterSink {
    /**
     * A counted region was accessed by the device.
     *
     * @param start first address of the region
     * @param bytes its size
     * @param accesses since last reported
     */
    void count(int space, long start, long bytes, long accesses);
}

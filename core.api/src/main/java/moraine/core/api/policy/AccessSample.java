package moraine.core.api.policy;

import org.osgi.annotation.versioning.ProviderType;

/** Regions that a device accessed, from its counters. Valid during the callback only. */
@ProviderType
public interface AccessSample {
    /** {@return node of the device} */
    int device();

    int size();

    int space(int index);

    long start(int index);

    long bytes(int index);

    long accesses(int index);
}

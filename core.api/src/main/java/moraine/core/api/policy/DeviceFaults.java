package moraine.core.api.policy;

import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Intent;
import org.osgi.annotation.versioning.ProviderType;

/** A batch of device faults, sorted by space and address, without duplicates. Valid during the callback only. */
@ProviderType
public interface DeviceFaults {
    /** {@return node of the device} */
    int device();

    int size();

    int space(int index);

    long address(int index);

    Intent intent(int index);

    /** {@return node where the page is now, -1 for a hole; a hint} */
    int resident(int index);

    DeviceAction action(int index);

    /** Decides one fault otherwise than the plan would. */
    void decide(int index, DeviceAction action, int windowPages);
}

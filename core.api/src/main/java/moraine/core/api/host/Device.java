package moraine.core.api.host;

import moraine.core.api.driver.Kernel;
import moraine.core.api.model.DeviceInfo;
import org.osgi.annotation.versioning.ProviderType;

/** A device as an application sees it. */
@ProviderType
public interface Device {
    DeviceInfo info();

    /** {@return a new stream: kernels in one stream run one after another, streams run side by side} */
    Stream stream(AddressSpace space);

    /** Runs one kernel in a stream of its own. */
    default Launch launch(AddressSpace space, Kernel kernel) {
        return stream(space).launch(kernel);
    }
}

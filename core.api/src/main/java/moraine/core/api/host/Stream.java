package moraine.core.api.host;

import moraine.core.api.driver.Kernel;
import org.osgi.annotation.versioning.ProviderType;

/** A queue of kernels for one address space. */
@ProviderType
public interface Stream {
    /** Queues a kernel; returns at once. */
    Launch launch(Kernel kernel);
}

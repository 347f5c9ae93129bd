package moraine.core.api.driver;

import moraine.core.api.model.Intent;
import org.osgi.annotation.versioning.ProviderType;

/** Receives drained faults. Reused; valid during the callback only. */
@ProviderType
public interface FaultSink {
    /** {@return how many more it takes} */
    int room();

    void fault(int space, long address, Intent intent);
}

package moraine.core.api.driver;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import org.osgi.annotation.versioning.ProviderType;

/** Receives drained faults. Reused; valid during the callback only. */
@ProviderType
public interface FaultSink {
    /** {@return how many more it takes} */
    int room();

    void fault(int space, long address, Intent intent);

    /**
     * Takes the fault of a range, however long, when there is room for one. It is served as a whole, however many
     * batches that needs.
     *
     * @param address of the first page
     * @param pages at least 1
     */
    default void fault(int space, long address, long pages, Intent intent) {
        for (long page = 0; page < pages && room() > 0; page++) {
            fault(space, address + page * Pages.SIZE, intent);
        }
    }
}

package moraine.core.api.driver;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs of frames to copy, sorted by source and coalesced. Valid during the callback only; different parts of it may be
 * moved by several threads at a time, which the callback has to wait for. What the copies cost is charged when it
 * returns: as many side by side as the device has engines.
 */
@ProviderType
public interface CopyBatch {
    int sourceNode();

    int targetNode();

    /** {@return how many runs} */
    int runs();

    long sourcePfn(int run);

    long targetPfn(int run);

    int pages(int run);

    /** Moves pages of a run with the host's memcpy. */
    void move(int run, int first, int pages);

    /** Moves one run. */
    default void move(int run) {
        move(run, 0, pages(run));
    }

    /**
     * Leaves the pages of a run where they are, because they cannot be copied; no other run is affected. A CPU whose
     * touch needs one of them gets SIGBUS.
     */
    void decline(int run);

    /** Moves all runs; those that cannot be copied are declined. */
    void moveAll();
}

package moraine.core.api.driver;

import org.osgi.annotation.versioning.ProviderType;

/** Runs of frames to copy, sorted by source and coalesced. Valid during the callback only. */
@ProviderType
public interface CopyBatch {
    int sourceNode();

    int targetNode();

    /** {@return how many runs} */
    int runs();

    long sourcePfn(int run);

    long targetPfn(int run);

    int pages(int run);

    /** Moves one run with the host's memcpy and charges for it. */
    void move(int run);

    /** Moves all runs. */
    default void moveAll() {
        for (int run = 0; run < runs(); run++) {
            move(run);
        }
    }
}

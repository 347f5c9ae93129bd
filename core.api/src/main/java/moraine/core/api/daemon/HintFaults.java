package moraine.core.api.daemon;

import org.osgi.annotation.versioning.ProviderType;

/** Folios that CPUs touched after a hint was planted in their entries, each with its first touch since then. */
@ProviderType
public interface HintFaults extends Folios {
    /** {@return node of the processor that touched it} */
    int toucher(int index);

    /** {@return how many hint faults on it right before this one were of the same node, 15 at most} */
    int repeats(int index);

    /**
     * {@return how often a hint fault on it was of another node than the one before, 15 at most; forgotten once 15 in a
     * row were of one}
     */
    int changes(int index);

    /** {@return nanoseconds from the planting to the touch, in steps of 1024} */
    long latencyNs(int index);
}

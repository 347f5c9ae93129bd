package moraine.core.api.model;

/**
 * Why a page is where it is. The names of migrations follow the vocabulary of GPU drivers (NVIDIA UVM's migration
 * causes); the others name allocations and changes of representation.
 */
public enum Cause {
    /** The page was placed where its first toucher's zonelist led. */
    FIRST_TOUCH("placed on first touch"),
    /** The page is the private copy that a write to a shared page made. */
    COPY_ON_WRITE("copied on a write to a shared page"),
    /** An application asked for the move. */
    USER("moved on the application's request"),
    /** A processor touched the page where it could not be reached, or not cheaply. */
    COHERENCE("moved to the processor that touched it"),
    /** The page was near a touched one. */
    PREFETCH("moved along with a touched neighbour"),
    /** The page made room for another. */
    EVICTION("moved to make room"),
    /** A device's access counters crossed their threshold. */
    ACCESS_COUNTERS("moved because access counters called it hot"),
    /** A change of policy gave its node another representation. */
    CONVERSION("changed representation with the policy"),
    /** The device that held the page went away. */
    REMOVAL("moved off a device that was removed"),
    /** A driver asked for the move. */
    DRIVER("moved on the driver's request"),
    /** The page was not used for long when its node ran low. */
    DEMOTION("moved to slower memory, for it was not used for long"),
    /** Nobody used the page for long, and another tenant wanted its node and found no room. */
    YIELD("moved to make room for a tenant that starves"),
    /** The page was used while in slower memory than need be (Linux pgpromote). */
    PROMOTION("moved to faster memory, for it is used"),
    /** The page was used by processors of another node, whose memory is as fast (Linux NUMA balancing). */
    BALANCE("moved to the processors that use it"),
    /** The page stands for several of equal content. */
    MERGE("merged with pages of equal content"),
    /** A processor touched the page while its content was in swap. */
    SWAP_IN("read back from swap for the processor that touched it");

    private final String text;

    Cause(String text) {
        this.text = text;
    }

    /** {@return the cause as the predicate of a sentence about a page} */
    public String text() {
        return text;
    }
}

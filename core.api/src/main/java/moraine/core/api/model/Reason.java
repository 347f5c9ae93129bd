package moraine.core.api.model;

/** Why a frame is being allocated; every request names one, and zonelists may differ by it. */
public enum Reason {
    /** First touch by a CPU. */
    CPU_FAULT,
    /** First touch by a device. */
    DEVICE_FAULT,
    /** Private copy made by a write to a shared page. */
    COPY_ON_WRITE,
    /** A CPU touch pulls a page out of memory that it cannot address. */
    BRING_BACK,
    /** A page is moved on request of an application. */
    USER_MIGRATE,
    /** A page is moved on request of a policy or driver. */
    POLICY_MIGRATE,
    /** A page makes room for another. */
    EVICTION,
    /** A page leaves a representation that can no longer hold it. */
    CONVERSION,
    /** A page leaves a device that is going away. */
    REMOVAL,
    /** A page that will never move: of a driver's buffer (Linux: an allocation without __GFP_MOVABLE). */
    UNMOVABLE,
    /** A 2 MiB page of a mapping that has no other (Linux: the pools of HugeTLB). */
    LARGE_ONLY,
    /** A page that nobody uses much goes to a slower node before its own is full. */
    DEMOTION,
    /** A page that processors use goes to a node that they see better. */
    PROMOTION,
    /** A touch brings a page back that was swapped out. */
    SWAP_IN
}

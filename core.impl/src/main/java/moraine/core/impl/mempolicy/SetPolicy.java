package moraine.core.impl.mempolicy;

import moraine.core.api.model.MemoryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * A memory policy with the nodes among which it was set: what its nodes mean is asked anew for each page, so that a
 * change of the tenant's nodes needs no walk over policies (Linux mpol_rebind_policy).
 *
 * @param policy as it was given
 * @param allowed nodes that the tenant might use then, a bit each
 */
public record SetPolicy(MemoryPolicy policy, long allowed) {
    /** {@return what is to be kept of a policy: nothing of one that leaves it to the next scope} */
    public static @Nullable SetPolicy of(MemoryPolicy policy, long allowed) {
        return policy.mode() == MemoryPolicy.Mode.DEFAULT ? null : new SetPolicy(policy, allowed);
    }

    /** {@return the policy as it was given} */
    public static MemoryPolicy given(@Nullable SetPolicy set) {
        return set == null ? MemoryPolicy.DEFAULT : set.policy;
    }

    /**
     * {@return the nodes that are meant now, a bit each; 0 when none is left}
     *
     * @param now nodes that the tenant may use
     * @param offered nodes that the placement policy offers to applications
     * @param devices nodes of devices, which replace no other
     */
    public long nodes(long now, long offered, long devices) {
        long given = policy.nodes().bits();
        return switch (policy.flag()) {
            case STATIC_NODES -> given & now & offered;
            case RELATIVE_NODES -> NodeMask.onto(given, now & offered);
            case NONE ->
                now == allowed
                        ? given & now & offered
                        : (NodeMask.remap(given & ~devices, allowed & ~devices, now & ~devices) | given & devices & now)
                                & offered;
        };
    }
}

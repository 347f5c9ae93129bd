package moraine.core.impl.mempolicy;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The memory policies of an object's page indices, for all who map it (Linux struct shared_policy). Immutable; a change
 * makes another.
 */
public final class RangePolicies {
    public static final RangePolicies NONE = new RangePolicies(new long[0], new SetPolicy[0]);

    /** Ascending; each policy holds from its index to the next one's. */
    private final long[] starts;

    private final @Nullable SetPolicy[] policies;

    private RangePolicies(long[] starts, @Nullable SetPolicy[] policies) {
        this.starts = starts;
        this.policies = policies;
    }

    /** {@return the policy of a page, null for none; grows with the logarithm of the number of ranges} */
    public @Nullable SetPolicy at(long index) {
        int low = 0;
        int high = starts.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (starts[middle] <= index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : policies[low - 1];
    }

    /** {@return the same with another policy from one index up to another} */
    public RangePolicies with(long from, long to, @Nullable SetPolicy policy) {
        var map = new TreeMap<Long, Cell>();
        for (int i = 0; i < starts.length; i++) {
            map.put(starts[i], new Cell(policies[i]));
        }
        var beyond = new Cell(at(to));
        map.subMap(from, to).clear();
        map.put(from, new Cell(policy));
        map.put(to, beyond);
        return of(map);
    }

    private static RangePolicies of(Map<Long, Cell> map) {
        var merged = new TreeMap<Long, Cell>();
        var last = new Cell(null);
        for (Map.Entry<Long, Cell> entry : map.entrySet()) {
            if (!entry.getValue().equals(last)) {
                last = entry.getValue();
                merged.put(entry.getKey(), last);
            }
        }
        return new RangePolicies(
                merged.keySet().stream().mapToLong(Long::longValue).toArray(),
                merged.values().stream().map(Cell::policy).toArray(SetPolicy[]::new));
    }

    /** A place for a policy or none. */
    private record Cell(@Nullable SetPolicy policy) {}
}

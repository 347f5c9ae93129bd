package moraine.core.api.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes an allocation may walk, in order, when list selection led to {@code node}.
 *
 * @param node the list's owner
 * @param reason the reason it serves, or null for every reason without a list of its own
 * @param fallback nodes for a request that may spill
 * @param noFallback nodes for a request that may not
 */
public record Zonelist(int node, @Nullable Reason reason, List<Integer> fallback, List<Integer> noFallback) {
    public Zonelist {
        fallback = List.copyOf(fallback);
        noFallback = List.copyOf(noFallback);
    }
}

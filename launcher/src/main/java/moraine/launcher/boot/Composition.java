package moraine.launcher.boot;

import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;

/**
 * What several feature files name together: bundles in the order of their first mention, and configurations by PID.
 *
 * <p>A factory configuration has the PID {@code factory~name}.
 *
 * @param bundles the bundles to install, none twice
 * @param configurations the values of each configuration, by PID
 */
public record Composition(SequencedSet<BundleId> bundles, Map<String, Map<String, Object>> configurations) {
    public Composition {
        Objects.requireNonNull(bundles);
        Objects.requireNonNull(configurations);
    }
}

package moraine.launcher.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * Tells whether a framework has settled: every bundle active, every configuration known, every component satisfied.
 *
 * <p>A component that requires a configuration is not missed while the features configure none of its PIDs.
 */
public final class Settling {
    /** How long the launcher waits. */
    public static final Duration LIMIT = Duration.ofSeconds(10);

    private static final long POLL_NS = 5_000_000;

    private final BundleContext context;
    private final Set<String> pids;

    /**
     * Watches a framework.
     *
     * @param context any bundle's context
     * @param pids the PIDs of the configurations that the features give, factory instances as {@code factory~name}
     */
    public Settling(BundleContext context, Set<String> pids) {
        this.context = context;
        this.pids = Set.copyOf(pids);
    }

    /**
     * Returns as soon as the framework has settled.
     *
     * @throws BootException when it has not after {@code limit}; the message names the first thing missing
     */
    public void await(Duration limit) {
        long startNs = System.nanoTime();
        List<String> problems = problems();
        while (!problems.isEmpty()) {
            if (System.nanoTime() - startNs >= limit.toNanos()) {
                throw new BootException(
                        problems.getFirst() + others(problems.size() - 1) + " (waited " + limit.toMillis() + " ms)");
            }
            LockSupport.parkNanos(POLL_NS);
            problems = problems();
        }
    }

    private static String others(int count) {
        return count == 0 ? "" : "; and " + count + " more";
    }

    /** {@return what keeps the framework from being settled, causes before their consequences; empty when it is} */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        Stream.of(context.getBundles()).forEach(bundle -> checkBundle(bundle, problems));
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            problems.add("no component runtime is registered; name org.apache.felix.scr in a feature");
            return problems;
        }
        try {
            problems.addAll(new Components(runtime, pids).problems());
        } finally {
            context.ungetService(reference);
        }
        return problems;
    }

    private static void checkBundle(Bundle bundle, List<String> problems) {
        if (bundle.getState() != Bundle.ACTIVE && !FrameworkRunner.isFragment(bundle)) {
            problems.add("bundle " + bundle.getSymbolicName() + ' ' + bundle.getVersion() + " is "
                    + stateName(bundle.getState()) + ", not active");
        }
    }

    private static String stateName(int state) {
        return switch (state) {
            case Bundle.UNINSTALLED -> "uninstalled";
            case Bundle.INSTALLED -> "installed but not resolved";
            case Bundle.RESOLVED -> "resolved but not started";
            case Bundle.STARTING -> "starting";
            case Bundle.STOPPING -> "stopping";
            default -> "in state " + state;
        };
    }
}

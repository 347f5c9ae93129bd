package moraine.itest.container;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** Tells whether the class loader of a bundle goes away with it, or something still holds it. */
public final class ClassLoaders {
    private static final long REFRESH_LIMIT_S = 20;

    private ClassLoaders() {}

    /** {@return the class loader of a resolved bundle, weakly} */
    public static WeakReference<ClassLoader> of(Bundle bundle) {
        return new WeakReference<>(Objects.requireNonNull(
                bundle.adapt(BundleWiring.class).getClassLoader(), () -> bundle + " has no class loader"));
    }

    /**
     * Stops a bundle and makes the framework forget its class loader, so that only others can hold it.
     *
     * <p>The bundle stays installed and can be started again, with a new class loader.
     */
    public static void drop(BundleContext context, Bundle bundle) throws BundleException, InterruptedException {
        bundle.stop();
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> refreshed.countDown());
        if (!refreshed.await(REFRESH_LIMIT_S, TimeUnit.SECONDS)) {
            throw new AssertionError(bundle + " was not refreshed within " + REFRESH_LIMIT_S + " s");
        }
    }

    /** {@return whether the garbage collector took what is referred to within the limit} */
    public static boolean released(WeakReference<?> reference, Duration limit) {
        long startNs = System.nanoTime();
        while (!reference.refersTo(null)) {
            if (System.nanoTime() - startNs > limit.toNanos()) {
                return false;
            }
            System.gc();
        }
        return true;
    }
}

package moraine.itest.container;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.ops4j.pax.tinybundles.TinyBundle;
import org.ops4j.pax.tinybundles.TinyBundles;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/** A bundle of test classes, through which a test outside the container works with the types that bundles see. */
public final class Probe implements AutoCloseable {
    private static final AtomicLong NUMBER = new AtomicLong();

    private final Bundle bundle;

    private Probe(Bundle bundle) {
        this.bundle = bundle;
    }

    static Probe install(MoraineContainer container, Class<?>... classes) throws BundleException {
        String name = "moraine.itest.probe." + NUMBER.incrementAndGet();
        TinyBundle jar = TinyBundles.bundle()
                .symbolicName(name)
                .setHeader(Constants.BUNDLE_MANIFESTVERSION, "2")
                .setHeader(Constants.DYNAMICIMPORT_PACKAGE, "*");
        Arrays.stream(classes).forEach(jar::addClass);
        return new Probe(container.install(name, jar.build(TinyBundles.rawBuilder())));
    }

    /** {@return the bundle of this probe} */
    public Bundle bundle() {
        return bundle;
    }

    /**
     * Runs a body in the bundle.
     *
     * @param body a public class with a constructor without parameters
     * @param argument of a JDK type, or made of JDK types
     * @return what the body returns, again of JDK types
     */
    @SuppressWarnings("unchecked")
    public <A, R> R call(Class<? extends BiFunction<BundleContext, A, R>> body, A argument)
            throws ReflectiveOperationException {
        BiFunction<BundleContext, A, R> loaded = (BiFunction<BundleContext, A, R>) make(body);
        return loaded.apply(bundle.getBundleContext(), argument);
    }

    /** Runs a test method in the bundle; what it throws arrives as it was thrown. */
    void runTest(Class<?> testClass, Method method) throws Throwable {
        Object instance = make(testClass);
        Class<?>[] parameters = method.getParameterTypes();
        Method loaded = instance.getClass().getMethod(method.getName(), parameters);
        try {
            loaded.invoke(instance, arguments(method));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Object[] arguments(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(type -> {
                    if (type != BundleContext.class) {
                        throw new IllegalArgumentException(method + " takes a " + type.getName()
                                + "; in a container only a BundleContext is given");
                    }
                    return bundle.getBundleContext();
                })
                .toArray();
    }

    private Object make(Class<?> outside) throws ReflectiveOperationException {
        Class<?> inside = bundle.loadClass(outside.getName());
        if (inside == outside) {
            throw new IllegalStateException(
                    outside + " came from the class path, not from the probe; name it to probe()");
        }
        return inside.getConstructor().newInstance();
    }

    @Override
    public void close() throws BundleException {
        bundle.uninstall();
    }
}

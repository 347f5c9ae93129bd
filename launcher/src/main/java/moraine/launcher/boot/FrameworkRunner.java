package moraine.launcher.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleRevision;

/** One framework that runs the bundles of a composition, with a fresh storage folder that goes when it is closed. */
public final class FrameworkRunner implements AutoCloseable {
    private static final Pattern MISSING = Pattern.compile(
            "missing requirement \\[(\\S+) [^;]*?\\)\\] (.*?)(?=\\]?(?: Unresolved requirements| \\[caused by|$))");
    private static final long STOP_LIMIT_MS = 10_000;

    private final Framework framework;
    private final Path storage;

    private FrameworkRunner(Framework framework, Path storage) {
        this.framework = framework;
        this.storage = storage;
    }

    /**
     * {@return a running framework in which every bundle has been started; its components may still be settling}
     *
     * @throws BootException if a bundle is missing, does not resolve or does not start
     */
    public static FrameworkRunner start(Composition composition, BundleRepository repository) {
        List<String> locations =
                composition.bundles().stream().map(repository::location).toList();
        Path storage = createStorage();
        Map<String, String> properties = FrameworkProperties.load();
        properties.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        if (!composition.configurations().isEmpty()) {
            properties.put(InitialConfigurations.PROPERTY, InitialConfigurations.json(composition.configurations()));
        }
        FrameworkRunner runner = new FrameworkRunner(factory().newFramework(properties), storage);
        try {
            runner.startBundles(locations);
            return runner;
        } catch (BundleException | RuntimeException e) {
            runner.close();
            throw e instanceof BootException known ? known : new BootException("the framework does not start", e);
        }
    }

    /** {@return the context of the system bundle} */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    private static FrameworkFactory factory() {
        return ServiceLoader.load(FrameworkFactory.class, FrameworkRunner.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new BootException("no OSGi framework on the class path; build again"));
    }

    private void startBundles(List<String> locations) throws BundleException {
        framework.start();
        LogPrinter.open(context(), System.err);
        List<Bundle> bundles = new ArrayList<>();
        for (String location : locations) {
            bundles.add(context().installBundle(location));
        }
        for (Bundle bundle : bundles) {
            if (!isFragment(bundle)) {
                start(bundle);
            }
        }
    }

    private static void start(Bundle bundle) {
        try {
            bundle.start();
        } catch (BundleException e) {
            String name = "bundle " + bundle.getSymbolicName() + ' ' + bundle.getVersion();
            if (e.getType() == BundleException.RESOLVE_ERROR) {
                throw new BootException(name + " does not resolve: " + missing(e));
            }
            throw new BootException(name + " does not start", e.getCause() == null ? e : e.getCause());
        }
    }

    /** {@return the innermost requirement that nothing meets, and whose it is, out of the framework's long text} */
    private static String missing(BundleException e) {
        String text = String.valueOf(e.getMessage()).strip();
        return MISSING.matcher(text)
                .results()
                .reduce((outer, inner) -> inner)
                .map(found -> found.group(1) + " needs " + found.group(2).strip()
                        + "; name a bundle that provides it in a feature")
                .orElse(text.replaceAll("\\s*\\R\\s*", "; "));
    }

    static boolean isFragment(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    /** Stops the bundles in the reverse order of their start and deletes the storage; a second call does nothing. */
    @Override
    public synchronized void close() {
        try {
            framework.stop();
            framework.waitForStop(STOP_LIMIT_MS);
        } catch (BundleException e) {
            throw new BootException("the framework does not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            deleteStorage();
        }
    }

    /**
     * Deletes the storage under a framework that still runs, for a process that is being terminated.
     *
     * <p>A command in mid-run keeps its bundles until the process is gone.
     */
    void discard() {
        deleteStorage();
    }

    private static Path createStorage() {
        try {
            return Files.createTempDirectory("moraine-");
        } catch (IOException e) {
            throw new BootException("cannot create a folder in " + System.getProperty("java.io.tmpdir"), e);
        }
    }

    private void deleteStorage() {
        if (!Files.exists(storage)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(storage)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new BootException("cannot delete the framework's storage " + storage, e);
        }
    }
}

package moraine.itest.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import moraine.launcher.boot.BundleRepository;
import moraine.launcher.boot.Composition;
import moraine.launcher.boot.FeatureReader;
import moraine.launcher.boot.FrameworkProperties;
import moraine.launcher.boot.InitialConfigurations;
import moraine.launcher.boot.Main;
import moraine.launcher.boot.Settling;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.nat.internal.NativeTestContainer;
import org.ops4j.pax.exam.spi.DefaultExamSystem;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * A Pax Exam container with the bundles, configurations and framework properties that the launcher would use.
 *
 * <p>Besides those it exports test libraries to probes; no package of Moraine comes from the class path of the tests.
 */
public final class MoraineContainer implements AutoCloseable {
    private static final List<String> TEST_PACKAGES =
            List.of("org.assertj.core.api", "org.assertj.core.api.iterable", "org.junit.jupiter.api", "org.opentest4j");
    private static final long STOP_LIMIT_MS = 20_000;

    private final NativeTestContainer container;
    private final Composition composition;

    private MoraineContainer(NativeTestContainer container, Composition composition) {
        this.container = container;
        this.composition = composition;
    }

    /** Starts the union of the named features; its components may still be settling. */
    public static MoraineContainer start(List<String> features) {
        Composition composition = features().compose(features);
        try {
            ExamSystem system = DefaultExamSystem.create(options(composition));
            FrameworkFactory factory =
                    ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow();
            NativeTestContainer container = new NativeTestContainer(system, factory);
            container.start();
            return new MoraineContainer(container, composition);
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the container", e);
        }
    }

    /** {@return the features of the launcher that this build has made} */
    public static FeatureReader features() {
        return new FeatureReader(product().resolve("features"));
    }

    /** {@return the product folder beside the launcher's jar} */
    public static Path product() {
        URI launcher = URI.create(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toString());
        return Objects.requireNonNull(Path.of(launcher).getParent()).resolve("product");
    }

    private static Option[] options(Composition composition) {
        List<Option> options = new ArrayList<>();
        Map<String, String> properties = FrameworkProperties.load();
        String packages = Objects.requireNonNull(properties.remove(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA));
        Stream.concat(Arrays.stream(packages.split(",", -1)), TEST_PACKAGES.stream())
                .map(clause -> CoreOptions.systemPackage(clause.strip()))
                .forEach(options::add);
        if (!composition.configurations().isEmpty()) {
            properties.put(InitialConfigurations.PROPERTY, InitialConfigurations.json(composition.configurations()));
        }
        properties.forEach(
                (key, value) -> options.add(CoreOptions.frameworkProperty(key).value(value)));
        BundleRepository repository = new BundleRepository(product().resolve("repo"));
        composition.bundles().forEach(bundle -> options.add(CoreOptions.bundle(repository.location(bundle))));
        options.add(CoreOptions.systemTimeout(STOP_LIMIT_MS));
        return options.toArray(Option[]::new);
    }

    /** {@return the context of the system bundle} */
    public BundleContext context() {
        return container.getSystemBundle().getBundleContext();
    }

    /** Waits until all bundles are active and all components satisfied, else throws with the first that is not. */
    public void settle(Duration limit) {
        settling().await(limit);
    }

    /** {@return what keeps the container from being settled, now} */
    public List<String> problems() {
        return settling().problems();
    }

    private Settling settling() {
        return new Settling(context(), composition.configurations().keySet());
    }

    /**
     * {@return the bundle with this symbolic name}
     *
     * @throws AssertionError if there is none
     */
    public Bundle bundle(String symbolicName) {
        return Stream.of(context().getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("bundle " + symbolicName + " is not installed"));
    }

    /** Installs and starts a bundle that a test has made. */
    public Bundle install(String location, InputStream jar) throws BundleException {
        Bundle bundle = context().installBundle(location, jar);
        bundle.start();
        return bundle;
    }

    /** Installs a bundle of these classes, the classes nested in them included, that imports whatever it names. */
    public Probe probe(Class<?>... classes) throws BundleException {
        return Probe.install(this, classes);
    }

    @Override
    public void close() {
        container.stop();
    }
}

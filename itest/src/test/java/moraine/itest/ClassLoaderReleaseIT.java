package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import moraine.itest.container.ClassLoaders;
import moraine.itest.container.Container;
import moraine.itest.container.MoraineContainer;
import org.junit.jupiter.api.Test;
import org.ops4j.pax.tinybundles.TinyBundles;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** A bundle that has been stopped leaves no class loader behind, and one that is held is noticed. */
@Container
final class ClassLoaderReleaseIT {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(500);

    private final List<Object> held = new ArrayList<>();

    /** A class of the bundle that comes and goes. */
    public static final class Visitor {}

    @Test
    void shouldBeReleasedWithTheStoppedBundle(MoraineContainer container) throws Exception {
        Bundle bundle = install(container, "visitor.released");
        WeakReference<ClassLoader> loader = use(bundle);

        ClassLoaders.drop(container.context(), bundle);

        assertThat(ClassLoaders.released(loader, LONG)).isTrue();
        bundle.start();
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
        bundle.uninstall();
    }

    @Test
    void shouldNoticeAnInstanceThatIsHeld(MoraineContainer container) throws Exception {
        Bundle bundle = install(container, "visitor.held");
        held.add(bundle.loadClass(Visitor.class.getName()).getConstructor().newInstance());
        WeakReference<ClassLoader> loader = ClassLoaders.of(bundle);

        ClassLoaders.drop(container.context(), bundle);
        assertThat(ClassLoaders.released(loader, SHORT)).isFalse();

        held.clear();
        assertThat(ClassLoaders.released(loader, LONG)).isTrue();
        bundle.uninstall();
    }

    private static WeakReference<ClassLoader> use(Bundle bundle) throws ReflectiveOperationException {
        Object visitor =
                bundle.loadClass(Visitor.class.getName()).getConstructor().newInstance();
        assertThat(visitor).isNotInstanceOf(Visitor.class);
        return ClassLoaders.of(bundle);
    }

    private static Bundle install(MoraineContainer container, String name) throws BundleException {
        return container.install(
                name,
                TinyBundles.bundle()
                        .symbolicName(name)
                        .setHeader("Bundle-ManifestVersion", "2")
                        .addClass(Visitor.class)
                        .build(TinyBundles.rawBuilder()));
    }
}

package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BiFunction;
import moraine.core.api.policy.PolicyProvider;
import moraine.itest.container.Container;
import moraine.itest.container.InContainer;
import moraine.itest.container.MoraineContainer;
import moraine.itest.container.Probe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;

/** The API of the containers is the one of its bundle, never that of the tests' class path. */
@Container
public final class WiringIT {
    /** Answers with the name of the bundle that a class comes from, as a bundle sees it. */
    public static final class BundleOf implements BiFunction<BundleContext, String, List<String>> {
        @Override
        public List<String> apply(BundleContext context, String className) {
            try {
                Class<?> found = context.getBundle().loadClass(className);
                return List.of(FrameworkUtil.getBundle(found).getSymbolicName());
            } catch (ClassNotFoundException e) {
                return List.of();
            }
        }
    }

    @Test
    @InContainer
    public void shouldTakeTheApiFromItsBundle(BundleContext context) {
        assertThat(FrameworkUtil.getBundle(WiringIT.class)).isEqualTo(context.getBundle());
        assertThat(FrameworkUtil.getBundle(PolicyProvider.class).getSymbolicName())
                .isEqualTo("moraine.core.api");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "moraine.core.api.host.Machine",
                "moraine.core.api.daemon.DaemonProvider",
                "moraine.core.api.driver.DriverProvider",
                "moraine.core.api.policy.PolicyProvider",
                "moraine.core.api.model.NodeInfo"
            })
    void shouldShowTheApiToEveryBundle(String className, MoraineContainer container) throws Exception {
        try (Probe probe = container.probe(BundleOf.class)) {
            assertThat(probe.call(BundleOf.class, className)).containsExactly("moraine.core.api");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"moraine.launcher.boot.Main", "moraine.core.impl.package-info", "moraine.testkit.package-info"})
    void shouldHideWhatIsNotExported(String className, MoraineContainer container) throws Exception {
        assertThat(Class.forName(className)).as("on the class path of the test").isNotNull();

        try (Probe probe = container.probe(BundleOf.class)) {
            assertThat(probe.call(BundleOf.class, className)).isEmpty();
        }
    }

    @Test
    void shouldExportNothingOfMoraineFromTheFramework(BundleContext context) {
        assertThat(context.getBundle(0).getHeaders().get(Constants.EXPORT_PACKAGE))
                .contains("org.osgi.service.component")
                .doesNotContain("moraine.");
    }
}

package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

final class SettlingTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Product product;

    /** A component that cannot be made. */
    public static final class Failing {
        public Failing() {
            throw new IllegalStateException("planted");
        }
    }

    /** A component that does nothing. */
    public static final class Quiet {}

    @BeforeEach
    void makeProduct() throws IOException {
        product = new Product(folder);
    }

    @Test
    void shouldSettleWithSatisfiedComponents() throws IOException {
        product.component("t.quiet", "optional", "", Quiet.class);

        try (FrameworkRunner runner = start("", "t.quiet")) {
            assertThatCode(() -> settling(runner).await(LONG)).doesNotThrowAnyException();
        }
    }

    @Test
    void shouldNameTheMissingReference() throws IOException {
        product.component("t.needy", "optional", reference("java.lang.Runnable"), Quiet.class);

        try (FrameworkRunner runner = start("", "t.needy")) {
            assertThatThrownBy(() -> settling(runner).await(SHORT))
                    .isInstanceOf(BootException.class)
                    .hasMessage("component t.needy of bundle t.needy lacks reference ref, a service java.lang.Runnable"
                            + "; start a bundle that provides it (waited 50 ms)");
        }
    }

    @Test
    void shouldNameTheCauseBeforeItsConsequences() throws IOException {
        String offersList = "<service><provide interface=\"java.util.List\"/></service>";
        product.component("t.first", "optional", reference("java.util.List"), Quiet.class);
        product.component("t.second", "optional", offersList + reference("java.lang.Runnable"), Quiet.class);

        try (FrameworkRunner runner = start("", "t.first", "t.second")) {
            assertThat(settling(runner).problems())
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains("t.second", "java.lang.Runnable");
        }
    }

    @Test
    void shouldReportAFailedActivation() throws IOException {
        product.component("t.failing", "optional", "", Failing.class);

        try (FrameworkRunner runner = start("", "t.failing")) {
            assertThat(settling(runner).problems())
                    .singleElement()
                    .asString()
                    .startsWith("component t.failing of bundle t.failing failed to activate: ")
                    .contains("planted");
        }
    }

    @Test
    void shouldReportAStoppedBundle() throws IOException, BundleException {
        product.component("t.quiet", "optional", "", Quiet.class);

        try (FrameworkRunner runner = start("", "t.quiet")) {
            bundle(runner, "t.quiet").stop();

            assertThat(settling(runner).problems())
                    .containsExactly("bundle t.quiet 1.0.0 is resolved but not started, not active");
        }
    }

    @Test
    void shouldWaitForConfigurationsThatAFeatureGives() throws IOException {
        product.component("t.device", "require", "", Quiet.class);

        try (FrameworkRunner runner = start("\"t.device~a\":{\"n\":1}", "t.device")) {
            assertThatCode(() -> settling(runner, "t.device~a").await(LONG)).doesNotThrowAnyException();
            assertThat(components(runner))
                    .singleElement()
                    .satisfies(component -> assertThat(component.properties).containsEntry("n", 1L));
        }
    }

    @Test
    void shouldMissAConfigurationThatDoesNotArrive() throws IOException {
        product.component("t.device", "require", "", Quiet.class);

        try (FrameworkRunner runner = start("", "t.device")) {
            assertThat(settling(runner).problems()).isEmpty();
            assertThat(settling(runner, "t.device~a").problems())
                    .containsExactly("component t.device of bundle t.device has not got configuration t.device~a yet");
        }
    }

    private FrameworkRunner start(String configurations, String... bundles) throws IOException {
        product.feature("f", configurations, bundles);
        return FrameworkRunner.start(product.features().compose(List.of("f")), product.repository());
    }

    private static Settling settling(FrameworkRunner runner, String... pids) {
        return new Settling(runner.context(), Set.of(pids));
    }

    private static Collection<ComponentConfigurationDTO> components(FrameworkRunner runner) {
        ServiceReference<ServiceComponentRuntime> reference =
                Objects.requireNonNull(runner.context().getServiceReference(ServiceComponentRuntime.class));
        ServiceComponentRuntime runtime = runner.context().getService(reference);
        return runtime.getComponentDescriptionDTOs().stream()
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream())
                .toList();
    }

    private static Bundle bundle(FrameworkRunner runner, String name) {
        return Stream.of(runner.context().getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private static String reference(String service) {
        return "<reference name=\"ref\" interface=\"" + service + "\"/>";
    }
}

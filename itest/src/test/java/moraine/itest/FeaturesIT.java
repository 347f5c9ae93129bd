package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import moraine.itest.container.MoraineContainer;
import moraine.launcher.boot.Verbs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Every composition of features that a verb can ask for starts, settles, and activates all of its components. */
final class FeaturesIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    static Set<List<String>> compositions() {
        return new Verbs().compositions();
    }

    @ParameterizedTest
    @MethodSource("compositions")
    void shouldSettle(List<String> features) {
        try (MoraineContainer container = MoraineContainer.start(features)) {
            container.settle(LIMIT);

            assertThat(container.context().getBundles())
                    .as("bundles of %s", features)
                    .hasSizeGreaterThan(MoraineContainer.features()
                            .compose(features)
                            .bundles()
                            .size())
                    .allMatch(bundle -> bundle.getState() == Bundle.ACTIVE);
        }
    }

    @ParameterizedTest
    @MethodSource("compositions")
    void shouldActivateEveryComponent(List<String> features) {
        try (MoraineContainer container = MoraineContainer.start(features)) {
            container.settle(LIMIT);
            List<ServiceReference<?>> lazy = componentServices(container.context());

            assertThat(lazy)
                    .allSatisfy(
                            reference -> assertThat((Object) container.context().getService(reference))
                                    .as("%s of %s", Arrays.toString(reference.getPropertyKeys()), reference.getBundle())
                                    .isNotNull());
            container.settle(LIMIT);
            assertThat(container.problems()).isEmpty();
            assertThat(components(container.context()))
                    .as("components of %s", features)
                    .isNotEmpty()
                    .allMatch(component -> component.state == ComponentConfigurationDTO.ACTIVE);
        }
    }

    @Test
    void shouldStartEveryFeatureThereIs() throws IOException {
        try (Stream<Path> files = Files.list(MoraineContainer.product().resolve("features"))) {
            Set<String> composed = compositions().stream().flatMap(List::stream).collect(Collectors.toSet());

            assertThat(files.map(file -> file.getFileName().toString()))
                    .isNotEmpty()
                    .allMatch(file -> composed.contains(file.replace(".json", "")));
        }
    }

    private static List<ServiceReference<?>> componentServices(BundleContext context) {
        return Arrays.stream(context.getBundles())
                .map(Bundle::getRegisteredServices)
                .filter(Objects::nonNull)
                .<ServiceReference<?>>flatMap(Arrays::stream)
                .filter(reference -> reference.getProperty("component.name") != null)
                .toList();
    }

    private static List<ComponentConfigurationDTO> components(BundleContext context) {
        ServiceComponentRuntime runtime =
                context.getService(Objects.requireNonNull(context.getServiceReference(ServiceComponentRuntime.class)));
        return runtime.getComponentDescriptionDTOs().stream()
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream())
                .toList();
    }
}

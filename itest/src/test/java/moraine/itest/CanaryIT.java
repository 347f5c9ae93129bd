package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import moraine.itest.container.Container;
import moraine.itest.container.MoraineContainer;
import moraine.launcher.boot.BootException;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.ops4j.pax.tinybundles.TinyBundle;
import org.ops4j.pax.tinybundles.TinyBundles;
import org.osgi.framework.BundleException;

/** What is planted is found: failures in a container and bundles that do not settle. Green means run. */
@Container
final class CanaryIT {
    /** A component that cannot be activated. */
    public static final class Failing {
        public Failing() {
            throw new IllegalStateException("planted");
        }
    }

    @Test
    void shouldReportFailuresOfTheBundleAsFailures() {
        EngineExecutionResults results = run(PlantedFailures.class);

        results.testEvents()
                .assertStatistics(stats -> stats.started(4).succeeded(1).failed(3));
        results.testEvents()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(
                                test("inTheBundle"),
                                finishedWithFailure(
                                        instanceOf(AssertionError.class),
                                        message(text -> text.contains("\"planted\"") && text.contains("probe")))))
                .haveExactly(
                        1,
                        event(
                                test("throwsInTheBundle"),
                                finishedWithFailure(
                                        instanceOf(IllegalStateException.class),
                                        message(text -> text.startsWith("planted in moraine.itest.probe")))))
                .haveExactly(1, event(test("outside"), finishedWithFailure(instanceOf(AssertionError.class))));
    }

    @Test
    void shouldReportAContainerThatDoesNotStart() {
        EngineExecutionResults results = run(PlantedFailures.WithoutFeature.class);

        results.containerEvents().assertStatistics(stats -> stats.failed(1));
        results.testEvents().assertStatistics(stats -> stats.started(0));
    }

    @Test
    void shouldReportAnUnsatisfiedReference(MoraineContainer container) throws Exception {
        String reference = "<reference name=\"r\" interface=\"java.lang.Runnable\" target=\"(planted=true)\"/>";

        assertReported(
                container,
                component(reference),
                "component planted of bundle planted lacks reference r, a service java.lang.Runnable (planted=true)");
    }

    @Test
    void shouldReportAFailedActivation(MoraineContainer container) throws Exception {
        assertReported(
                container,
                component("").addClass(Failing.class),
                "component planted of bundle planted failed to activate: java.lang.IllegalStateException: planted");
    }

    @Test
    void shouldReportABundleThatDoesNotResolve(MoraineContainer container) throws Exception {
        TinyBundle lost = TinyBundles.bundle()
                .symbolicName("planted")
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Import-Package", "moraine.core.api.model;version=\"[77,78)\"");
        assertThatThrownBy(() -> container.install("planted", build(lost)))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("moraine.core.api.model");
        try {
            assertThat(container.problems())
                    .containsExactly("bundle planted 0.0.0 is installed but not resolved, not active");
        } finally {
            container.bundle("planted").uninstall();
        }
    }

    private static void assertReported(MoraineContainer container, TinyBundle planted, String problem)
            throws BundleException {
        assertThat(container.problems()).isEmpty();
        container.install("planted", build(planted));
        try {
            assertThatThrownBy(() -> container.settle(Duration.ofMillis(20)))
                    .isInstanceOf(BootException.class)
                    .hasMessageStartingWith(problem);
        } finally {
            container.bundle("planted").uninstall();
        }
    }

    private static TinyBundle component(String inner) {
        String xml =
                "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"planted\" immediate=\"true\">"
                        + "<implementation class=\"" + Failing.class.getName() + "\"/>" + inner + "</scr:component>";
        return TinyBundles.bundle()
                .symbolicName("planted")
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Service-Component", "planted.xml")
                .addResource("planted.xml", new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private static InputStream build(TinyBundle bundle) {
        return bundle.build(TinyBundles.rawBuilder());
    }

    private static EngineExecutionResults run(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute();
    }
}

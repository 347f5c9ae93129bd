package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import moraine.itest.container.ClassLoaders;
import moraine.itest.container.Container;
import moraine.itest.container.MoraineContainer;
import moraine.itest.container.Probe;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;

/** The kernels are right while their policy is exchanged and its bundle comes and goes, and nothing of it stays. */
@Container
final class KernelsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @ParameterizedTest
    @CsvSource({"vector-add, 10", "stencil, 11", "pagerank, 15", "k-means, 12"})
    void shouldBeRightWhileThePolicyIsExchanged(String workload, String size, MoraineContainer container)
            throws Exception {
        Map<String, String> answer = run(container, workload, size, "use");

        assertRight(answer);
        assertThat(Integer.parseInt(answer.get("rounds")))
                .as("exchanges in mid-run")
                .isGreaterThanOrEqualTo(2);
        assertThat(Long.parseLong(answer.get("converted")))
                .as("pages converted")
                .isPositive();
    }

    @ParameterizedTest
    @CsvSource({"vector-add, 10", "stencil, 11", "pagerank, 15", "k-means, 12"})
    void shouldBeRightWhilePolicyBundlesStopAndStart(String workload, String size, MoraineContainer container)
            throws Exception {
        Map<String, WeakReference<ClassLoader>> loaders = loaders(container);

        Map<String, String> answer = run(container, workload, size, "stop");

        assertRight(answer);
        assertThat(Integer.parseInt(answer.get("rounds")))
                .as("stops in mid-run")
                .isGreaterThanOrEqualTo(2);
        assertThat(Integer.parseInt(answer.get("stopped")))
                .as("policies whose bundle was stopped under them")
                .isPositive();
        for (var loader : loaders.entrySet()) {
            Bundle bundle = container.bundle(loader.getKey());
            ClassLoaders.drop(container.context(), bundle);
            assertThat(ClassLoaders.released(loader.getValue(), LIMIT))
                    .as("class loader of %s released", loader.getKey())
                    .isTrue();
            bundle.start();
        }
        container.settle(LIMIT);
    }

    private static Map<String, String> run(MoraineContainer container, String workload, String size, String disturbance)
            throws Exception {
        try (Probe probe = container.probe(LiveRun.class, JvmThreads.class)) {
            return probe.call(LiveRun.class, Map.of("workload", workload, "size", size, "disturb", disturbance));
        }
    }

    private static void assertRight(Map<String, String> answer) {
        assertThat(answer)
                .as(answer::toString)
                .containsEntry("right", "true")
                .containsEntry("violations", "[]")
                .containsEntry("errors", "[]");
    }

    private static Map<String, WeakReference<ClassLoader>> loaders(MoraineContainer container) {
        Map<String, WeakReference<ClassLoader>> loaders = new LinkedHashMap<>();
        for (String name : new String[] {"moraine.policy.hmm", "moraine.policy.cdm"}) {
            loaders.put(name, ClassLoaders.of(container.bundle(name)));
        }
        return loaders;
    }
}

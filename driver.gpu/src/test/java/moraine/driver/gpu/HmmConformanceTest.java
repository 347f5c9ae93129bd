package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import moraine.testkit.hmm.Suite;
import moraine.testkit.suite.JUnitSuite;
import moraine.testkit.suite.Outcome;
import moraine.testkit.suite.Report;
import moraine.testkit.suite.Trial;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The driver against the kernel's own tests; leaves the results in {@code target/conformance} of the repository. */
final class HmmConformanceTest {
    private static final List<Outcome> OUTCOMES = new CopyOnWriteArrayList<>();

    @TestFactory
    Stream<DynamicTest> shouldDoAsTheKernelDemands() {
        return JUnitSuite.of(trials(), OUTCOMES::add);
    }

    private static List<Trial> trials() {
        return Suite.trials(new GpuSubject(new GpuProvider()));
    }

    /** What is left is what was run, and that is all there is. */
    @AfterAll
    static void report() {
        System.out.println(Report.table(OUTCOMES));
        assertThat(OUTCOMES)
                .extracting(outcome -> outcome.scenario() + ", " + outcome.variant())
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(trials().stream()
                        .map(trial -> trial.scenario() + ", " + trial.variant())
                        .toList());
        assertThat(OUTCOMES)
                .filteredOn(outcome -> outcome.scenario().equals("benchmark_thp_migration"))
                .allSatisfy(HmmConformanceTest::hasTheLargestSize);
        Report.writeCsv(OUTCOMES, root().resolve("target/conformance/hmm.csv"));
    }

    private static void hasTheLargestSize(Outcome outcome) {
        assertThat(outcome.notes())
                .anySatisfy(note -> assertThat(note).contains("262144 KiB in base pages", "to the device", "back"))
                .anySatisfy(note -> assertThat(note).contains("262144 KiB in large pages", "to the device", "back"));
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        assertThat(folder).as("the folder with mvnw").isNotNull();
        return folder;
    }
}

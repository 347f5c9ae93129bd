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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The driver against the kernel's own tests; leaves the results in {@code target/conformance} of the repository. */
final class HmmConformanceTest {
    private static final List<Outcome> OUTCOMES = new CopyOnWriteArrayList<>();

    @TestFactory
    Stream<DynamicTest> shouldDoAsTheKernelDemands() {
        return JUnitSuite.of(Suite.trials(new GpuSubject(new GpuProvider())), OUTCOMES::add);
    }

    @AfterAll
    static void report() {
        System.out.println(Report.table(OUTCOMES));
        Report.writeCsv(OUTCOMES, root().resolve("target/conformance/hmm.csv"));
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

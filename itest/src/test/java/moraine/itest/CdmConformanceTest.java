package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import moraine.testkit.cdm.Suite;
import moraine.testkit.suite.JUnitSuite;
import moraine.testkit.suite.Outcome;
import moraine.testkit.suite.Report;
import moraine.testkit.suite.Trial;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The strategies for coherent devices against what each claims; leaves the results in the repository's target. */
final class CdmConformanceTest {
    private static final List<Outcome> OUTCOMES = new CopyOnWriteArrayList<>();

    @TestFactory
    Stream<DynamicTest> shouldDoWhatIsClaimed() {
        return JUnitSuite.of(trials(), OUTCOMES::add);
    }

    private static List<Trial> trials() {
        return Suite.trials(new CdmSubject());
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
        Report.writeCsv(OUTCOMES, Workspace.find().conformance("cdm.csv"));
    }
}

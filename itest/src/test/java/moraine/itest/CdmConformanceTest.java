package moraine.itest;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import moraine.testkit.cdm.Suite;
import moraine.testkit.suite.JUnitSuite;
import moraine.testkit.suite.Outcome;
import moraine.testkit.suite.Report;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The strategies for coherent devices against what each claims; leaves the results in the repository's target. */
final class CdmConformanceTest {
    private static final List<Outcome> OUTCOMES = new CopyOnWriteArrayList<>();

    @TestFactory
    Stream<DynamicTest> shouldDoWhatIsClaimed() {
        return JUnitSuite.of(Suite.trials(new CdmSubject()), OUTCOMES::add);
    }

    @AfterAll
    static void report() {
        System.out.println(Report.table(OUTCOMES));
        Report.writeCsv(OUTCOMES, Workspace.find().conformance("cdm.csv"));
    }
}

package moraine.testkit.suite;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Trials for JUnit: a dynamic test for each. */
public final class JUnitSuite {
    private JUnitSuite() {}

    /**
     * {@return the tests, for a method with {@code @TestFactory}}
     *
     * @param told how each ended, for a report
     */
    public static Stream<DynamicTest> of(List<Trial> trials, Consumer<Outcome> told) {
        return trials.stream()
                .map(trial -> DynamicTest.dynamicTest(
                        trial.scenario() + " (" + trial.variant() + ")", () -> run(trial, told)));
    }

    private static void run(Trial trial, Consumer<Outcome> told) {
        Outcome outcome = trial.run();
        told.accept(outcome);
        if (outcome.failure() != null) {
            throw new AssertionError(
                    trial.scenario() + ", " + trial.variant() + ": " + outcome.failure(), outcome.failure());
        }
    }
}

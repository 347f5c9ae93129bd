package moraine.testkit.hmm;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** The suite for JUnit: a dynamic test for each scenario and variant. */
public final class JUnitSuite {
    private JUnitSuite() {}

    /**
     * {@return the tests, for a method with {@code @TestFactory}}
     *
     * @param told how each ended, for a report
     */
    public static Stream<DynamicTest> of(Subject subject, Consumer<Outcome> told) {
        return Suite.scenarios().stream()
                .flatMap(scenario -> Stream.of(Variant.values())
                        .filter(scenario.variants()::contains)
                        .map(variant -> DynamicTest.dynamicTest(
                                scenario.name() + " (" + variant.text() + ")",
                                () -> run(scenario, variant, subject, told))));
    }

    private static void run(Scenario scenario, Variant variant, Subject subject, Consumer<Outcome> told) {
        Outcome outcome = Suite.run(scenario, variant, subject);
        told.accept(outcome);
        if (outcome.failure() != null) {
            throw new AssertionError(
                    scenario.name() + ", " + variant.text() + ": " + outcome.failure(), outcome.failure());
        }
    }
}

package moraine.testkit.hmm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** All scenarios, and what runs them. */
public final class Suite {
    private Suite() {}

    /** {@return all scenarios, in the order of their themes} */
    public static List<Scenario> scenarios() {
        return Stream.of(
                        AnonymousScenarios.all(),
                        ProtectionScenarios.all(),
                        ChildScenarios.all(),
                        MigrateScenarios.all(),
                        FileScenarios.all(),
                        ExclusiveScenarios.all(),
                        PinScenarios.all(),
                        DuplicateScenarios.all(),
                        SnapshotScenarios.all(),
                        HugeScenarios.all(),
                        PartialScenarios.all(),
                        BenchmarkScenarios.all())
                .flatMap(List::stream)
                .toList();
    }

    /** Runs every scenario with every variant of its own. @return how each ended */
    public static List<Outcome> run(Subject subject, Consumer<Outcome> told) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Scenario scenario : scenarios()) {
            for (Variant variant : Variant.values()) {
                if (scenario.variants().contains(variant)) {
                    Outcome outcome = run(scenario, variant, subject);
                    outcomes.add(outcome);
                    told.accept(outcome);
                }
            }
        }
        return outcomes;
    }

    /** Runs one scenario on a machine of its own, which ends with its invariants proven. */
    public static Outcome run(Scenario scenario, Variant variant, Subject subject) {
        List<String> notes = List.of();
        try (Rig rig = new Rig(subject, variant, false)) {
            try {
                scenario.body().run(rig);
            } finally {
                notes = rig.notes();
            }
            return new Outcome(scenario, variant, null, notes);
        } catch (RuntimeException | AssertionError | LinkageError failure) {
            return new Outcome(scenario, variant, failure, notes);
        }
    }
}

package moraine.testkit.hmm;

import java.util.List;
import java.util.stream.Stream;
import moraine.testkit.suite.Trial;

/** All scenarios, and the trials that they make. */
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

    /** {@return every scenario with every variant of its own} */
    public static List<Trial> trials(Subject subject) {
        return scenarios().stream()
                .flatMap(scenario -> Stream.of(Variant.values())
                        .filter(scenario.variants()::contains)
                        .map(variant -> trial(scenario, variant, subject)))
                .toList();
    }

    /** The machine ends with its invariants proven. */
    private static Trial trial(Scenario scenario, Variant variant, Subject subject) {
        return new Trial(
                scenario.name(),
                variant.text(),
                variant.coherent() ? "coherent" : "private",
                variant.devices() > 1 ? " (2)" : "",
                notes -> {
                    try (Rig rig = new Rig(subject, variant, false, notes)) {
                        scenario.body().run(rig);
                    }
                });
    }
}

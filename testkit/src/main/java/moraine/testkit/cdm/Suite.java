package moraine.testkit.cdm;

import java.util.List;
import java.util.stream.Stream;
import moraine.testkit.suite.Trial;

/** All scenarios, and the trials that they make. */
public final class Suite {
    private Suite() {}

    /** {@return all scenarios, in the order of their themes} */
    public static List<Scenario> scenarios() {
        return Stream.of(allocation(), requests(), services())
                .flatMap(List::stream)
                .toList();
    }

    /** {@return the scenarios about who gets a page of which node} */
    public static List<Scenario> allocation() {
        return Stream.of(
                        RowScenarios.all(),
                        BindScenarios.all(),
                        MempolicyScenarios.all(),
                        CpusetScenarios.all(),
                        PressureScenarios.all(),
                        FullScenarios.all(),
                        SpillScenarios.all())
                .flatMap(List::stream)
                .toList();
    }

    /** {@return the scenarios about what daemons and the mechanism do to pages that are there, unasked} */
    public static List<Scenario> services() {
        return Stream.of(
                        ReclaimScenarios.all(),
                        DemotionScenarios.all(),
                        BalanceScenarios.all(),
                        MergeScenarios.all(),
                        ArbiterScenarios.all(),
                        ForkScenarios.all(),
                        LargeScenarios.all(),
                        UnplugScenarios.all())
                .flatMap(List::stream)
                .toList();
    }

    /** {@return the scenarios about what becomes of pages on somebody's request} */
    private static List<Scenario> requests() {
        return Stream.of(
                        RangeScenarios.all(),
                        MoveScenarios.all(),
                        PinScenarios.all(),
                        FileScenarios.all(),
                        HotplugScenarios.all(),
                        ObservabilityScenarios.all())
                .flatMap(List::stream)
                .toList();
    }

    /** {@return every scenario with every strategy that claims what it needs and has its form} */
    public static List<Trial> trials(Subject subject) {
        return trials(subject, scenarios());
    }

    /** {@return the same for some scenarios} */
    public static List<Trial> trials(Subject subject, List<Scenario> scenarios) {
        return scenarios.stream()
                .flatMap(scenario -> subject.strategies().stream()
                        .filter(strategy -> strategy.meets(scenario))
                        .map(strategy -> trial(scenario, strategy, subject)))
                .toList();
    }

    /** The machine ends with its invariants proven. */
    private static Trial trial(Scenario scenario, Strategy strategy, Subject subject) {
        return new Trial(scenario.name(), strategy.name(), _ -> {
            try (Rig rig = new Rig(subject.plant(), strategy.as(scenario))) {
                scenario.body().run(rig);
            }
        });
    }
}

package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.CounterInfo;
import moraine.sim.Fact;
import moraine.sim.RunResult;

/**
 * How one run went, for programs: records {@code run}, {@code fact}, {@code phase}, {@code daemon} and {@code counter}.
 */
final class RunRecords {
    private RunRecords() {}

    static Records of(List<Fact> facts, String policy, RunResult result) {
        var records = new Records();
        records.add("run")
                .with("policy", policy)
                .with("right", result.right())
                .with("detail", result.detail())
                .with("modelled", result.modelled())
                .with("elapsed_ns", result.elapsedNs())
                .with("explanation", result.explanation());
        facts.forEach(fact -> records.add("fact").with("name", fact.name()).with("value", fact.value()));
        result.phases()
                .forEach(
                        phase -> records.add("phase").with("name", phase.name()).with("elapsed_ns", phase.ns()));
        MachineRecords.daemons(records, result.daemons());
        for (CounterInfo counter : result.counters()) {
            records.add("counter")
                    .with("name", counter.name())
                    .with("value", counter.value())
                    .with("unit", counter.unit())
                    .with("description", counter.description());
        }
        return records;
    }
}

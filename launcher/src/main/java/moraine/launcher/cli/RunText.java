package moraine.launcher.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import moraine.core.api.model.CounterInfo;
import moraine.sim.Fact;
import moraine.sim.RunResult;

/** How one run went, for people. */
final class RunText {
    private RunText() {}

    static String of(List<Fact> facts, String policy, RunResult result) {
        var grid = new Grid("", "");
        facts.forEach(fact -> grid.row(fact.name(), fact.value()));
        grid.row("policy", policy);
        grid.row("result", (result.right() ? "right: " : "WRONG: ") + result.detail());
        grid.row(
                result.modelled() ? "modelled time" : "wall clock",
                Texts.duration(result.elapsedNs())
                        + (result.modelled() ? "" : ", Moraine's own cost on this computer, not a device's"));
        if (!result.explanation().isEmpty()) {
            grid.row("explanation", result.explanation());
        }
        return grid.toString().stripLeading() + "\n" + phases(result.phases()) + "\n" + daemons(result)
                + counters(result.counters());
    }

    private static String daemons(RunResult result) {
        return result.daemons().isEmpty() ? "" : DaemonsText.of(result.daemons()) + "\n";
    }

    private static Grid phases(List<RunResult.Phase> phases) {
        Map<String, long[]> byName = new LinkedHashMap<>();
        for (RunResult.Phase phase : phases) {
            long[] sum = byName.computeIfAbsent(phase.name(), _ -> new long[2]);
            sum[0]++;
            sum[1] += phase.ns();
        }
        var grid = new Grid("phase", ">times", ">time");
        byName.forEach((name, sum) -> grid.row(name, Texts.count(sum[0]), Texts.duration(sum[1])));
        return grid;
    }

    private static Grid counters(List<CounterInfo> counters) {
        var grid = new Grid("counter", ">value", "unit", "what it counts");
        counters.stream()
                .filter(counter -> counter.value() != 0)
                .forEach(counter ->
                        grid.row(counter.name(), Texts.count(counter.value()), counter.unit(), counter.description()));
        return grid;
    }
}

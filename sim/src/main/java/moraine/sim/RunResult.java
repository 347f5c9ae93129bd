package moraine.sim;

import java.util.List;
import moraine.core.api.model.CounterInfo;
import moraine.core.api.model.DaemonInfo;

/**
 * How a run ended.
 *
 * @param right whether the result was as computed without the machine
 * @param detail what was compared, or the first difference
 * @param elapsedNs on the machine's clock
 * @param modelled whether that clock is modelled
 * @param phases how long each phase took, in their order
 * @param counters of the machine
 * @param daemons that worked beside it, and what they did
 * @param explanation where the time went, a sentence; empty when the clock is not modelled
 */
public record RunResult(
        boolean right,
        String detail,
        long elapsedNs,
        boolean modelled,
        List<Phase> phases,
        List<CounterInfo> counters,
        List<DaemonInfo> daemons,
        String explanation) {
    public RunResult {
        phases = List.copyOf(phases);
        counters = List.copyOf(counters);
        daemons = List.copyOf(daemons);
    }

    /**
     * A phase of a run.
     *
     * @param name of it; a phase that repeats has an entry each time
     * @param ns on the machine's clock
     */
    public record Phase(String name, long ns) {}
}

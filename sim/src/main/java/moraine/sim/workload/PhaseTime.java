package moraine.sim.workload;

/**
 * How long a phase of a workload took.
 *
 * @param phase its name; a phase that repeats has an entry each time
 * @param ns on the machine's clock
 */
public record PhaseTime(String phase, long ns) {}

package moraine.sim;

/**
 * What to run once.
 *
 * @param subject what runs
 * @param profile name or {@code .yaml} file
 * @param policy instance name; {@link ComparisonRequest#RAM_ONLY} is the machine's last resort
 * @param deviceMemory share of the footprint such as {@code 50%}, or a size such as {@code 64MiB}
 * @param threads CPU threads of a workload
 * @param seed of its data
 */
public record RunRequest(Subject subject, String profile, String policy, String deviceMemory, int threads, long seed) {}

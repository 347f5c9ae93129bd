package moraine.sim;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import moraine.core.api.model.Parameters;

/**
 * What to run once.
 *
 * @param subject what runs
 * @param profile name or {@code .yaml} file
 * @param policy instance name; {@link ComparisonRequest#RAM_ONLY} is the machine's last resort
 * @param deviceMemory share of the footprint such as {@code 50%}, or a size such as {@code 64MiB}
 * @param threads CPU threads of a workload
 * @param seed of its data
 * @param figures of the profile to replace, as in {@link ComparisonRequest}
 * @param tuning of its machine, as in {@link moraine.core.api.model.MachineSpec}
 * @param daemons instance names of those that work beside it, as in {@link moraine.core.api.model.MachineSpec}
 * @param memory of the machine beside its devices, written as that of devices is
 * @param swap where pages go that a daemon takes out of memory, as {@link ComparisonRequest} says
 */
public record RunRequest(
        Subject subject,
        String profile,
        String policy,
        String deviceMemory,
        int threads,
        long seed,
        SortedMap<String, String> figures,
        Parameters tuning,
        List<String> daemons,
        String memory,
        String swap) {
    public RunRequest {
        daemons = List.copyOf(daemons);
        figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
    }

    /** A request on the profile and the mechanism as they are, without daemons and swap. */
    public RunRequest(Subject subject, String profile, String policy, String deviceMemory, int threads, long seed) {
        this(
                subject,
                profile,
                policy,
                deviceMemory,
                threads,
                seed,
                new TreeMap<>(),
                Parameters.NONE,
                List.of(),
                ComparisonRequest.DEFAULT_MEMORY,
                ComparisonRequest.NO_SWAP);
    }

    public RunRequest withTuning(Parameters other) {
        return new RunRequest(
                subject, profile, policy, deviceMemory, threads, seed, figures, other, daemons, memory, swap);
    }

    public RunRequest withDaemons(List<String> others) {
        return new RunRequest(
                subject, profile, policy, deviceMemory, threads, seed, figures, tuning, others, memory, swap);
    }

    public RunRequest withMemory(String other) {
        return new RunRequest(
                subject, profile, policy, deviceMemory, threads, seed, figures, tuning, daemons, other, swap);
    }

    public RunRequest withSwap(String other) {
        return new RunRequest(
                subject, profile, policy, deviceMemory, threads, seed, figures, tuning, daemons, memory, other);
    }
}

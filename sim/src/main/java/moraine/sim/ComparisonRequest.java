package moraine.sim;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Parameters;

/**
 * What to compare.
 *
 * @param subject what runs
 * @param profile name or {@code .yaml} file
 * @param policies instance names; {@link #RAM_ONLY} is the machine's last resort
 * @param deviceMemory share of the footprint such as {@code 50%}, or a size such as {@code 64MiB}
 * @param threads CPU threads of a workload
 * @param seed of its data
 * @param figures values to put in place of the profile's, by names such as {@code processors.1.fault}; see
 *     {@link Simulation#figures}
 * @param tuning of each machine, as in {@link moraine.core.api.model.MachineSpec}
 * @param daemons instance names of those that work on each machine
 * @param memory of each machine beside its devices, written as that of devices is
 * @param swap where pages go that a daemon takes out of memory: a size or a share of the footprint for a file of each
 *     machine among the temporary ones, with the name of a folder before it, such as {@code /var/tmp:50%}, for one
 *     there, with that of a node, such as {@code node0:50%}, for a part of its memory; empty for none
 */
public record ComparisonRequest(
        Subject subject,
        String profile,
        List<String> policies,
        String deviceMemory,
        int threads,
        long seed,
        SortedMap<String, String> figures,
        Parameters tuning,
        List<String> daemons,
        String memory,
        String swap) {
    /** The policy that allocates in system memory and moves nothing: the machine's last resort. */
    public static final String RAM_ONLY = MachineSpec.LAST_RESORT;

    /** The policy that leaves pages where they were first touched. */
    public static final String FIRST_TOUCH = "first-touch";

    /** What leaves devices alone, then every way to represent coherent memory of a device; cdm isolates by zonelist. */
    public static final List<String> DEFAULT_POLICIES = List.of(
            RAM_ONLY,
            FIRST_TOUCH,
            "hmm",
            "cdm",
            "cdm(isolation=cpuset)",
            "cdm(isolation=mask)",
            "hmm(memory=coherent)",
            "managed(features=user_numa)");

    public static final String DEFAULT_PROFILE = "gh200";
    public static final String DEFAULT_DEVICE_MEMORY = "50%";
    public static final String DEFAULT_MEMORY = "200%";
    public static final String NO_SWAP = "";
    public static final int DEFAULT_THREADS = 8;
    public static final long DEFAULT_SEED = 1;

    public ComparisonRequest {
        policies = List.copyOf(policies);
        daemons = List.copyOf(daemons);
        figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
    }

    public static ComparisonRequest of(Subject subject) {
        return new ComparisonRequest(
                subject,
                DEFAULT_PROFILE,
                DEFAULT_POLICIES,
                DEFAULT_DEVICE_MEMORY,
                DEFAULT_THREADS,
                DEFAULT_SEED,
                new TreeMap<>(),
                Parameters.NONE,
                List.of(),
                DEFAULT_MEMORY,
                NO_SWAP);
    }

    public ComparisonRequest withProfile(String other) {
        return new ComparisonRequest(
                subject, other, policies, deviceMemory, threads, seed, figures, tuning, daemons, memory, swap);
    }

    public ComparisonRequest withPolicies(List<String> others) {
        return new ComparisonRequest(
                subject, profile, others, deviceMemory, threads, seed, figures, tuning, daemons, memory, swap);
    }

    public ComparisonRequest withDeviceMemory(String other) {
        return new ComparisonRequest(
                subject, profile, policies, other, threads, seed, figures, tuning, daemons, memory, swap);
    }

    public ComparisonRequest withTuning(Parameters other) {
        return new ComparisonRequest(
                subject, profile, policies, deviceMemory, threads, seed, figures, other, daemons, memory, swap);
    }

    public ComparisonRequest withDaemons(List<String> others) {
        return new ComparisonRequest(
                subject, profile, policies, deviceMemory, threads, seed, figures, tuning, others, memory, swap);
    }

    public ComparisonRequest withMemory(String other) {
        return new ComparisonRequest(
                subject, profile, policies, deviceMemory, threads, seed, figures, tuning, daemons, other, swap);
    }

    public ComparisonRequest withSwap(String other) {
        return new ComparisonRequest(
                subject, profile, policies, deviceMemory, threads, seed, figures, tuning, daemons, memory, other);
    }

    /** {@return the request to run it under one of the policies} */
    public RunRequest run(String policy) {
        return new RunRequest(
                subject, profile, policy, deviceMemory, threads, seed, figures, tuning, daemons, memory, swap);
    }
}

package moraine.sim;

/**
 * What runs: a workload, or a recorded trace.
 *
 * @param trace whether it is a trace
 * @param name of the workload, or of the trace or its file
 * @param size of a workload, each step up doubles its data; 0 for the usual
 * @param rounds of a workload's kernels; 0 for the usual
 * @param actors who plays which part of a trace, such as {@code cpu:0-40,gpu0:40-70,cpu:70-100}; empty for that, or for
 *     the CPU alone where there is no device
 */
public record Subject(boolean trace, String name, int size, int rounds, String actors) {
    /** The trace that comes with the simulation. */
    public static final String SQLITE = "sqlite-join";

    public static Subject workload(String name) {
        return new Subject(false, name, 0, 0, "");
    }

    public static Subject trace(String nameOrFile) {
        return new Subject(true, nameOrFile, 0, 0, "");
    }

    public Subject withSize(int other) {
        return new Subject(trace, name, other, rounds, actors);
    }

    public Subject withRounds(int other) {
        return new Subject(trace, name, size, other, actors);
    }

    public Subject withActors(String other) {
        return new Subject(trace, name, size, rounds, other);
    }
}

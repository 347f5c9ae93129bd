package moraine.launcher.cli;

import moraine.sim.ComparisonRequest;
import moraine.sim.Subject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What runs. */
final class SubjectOptions {
    @Option(names = "--workload", paramLabel = "NAME", description = "pagerank, vector-add, stencil or k-means")
    @Nullable
    String workload;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "trace of valgrind's lackey, plain or packed with xz or gzip; sqlite-join comes with Moraine")
    @Nullable
    String trace;

    @Option(
            names = "--actors",
            paramLabel = "PHASES",
            description = "who plays which part of a trace, in percent, such as cpu:0-40,gpu0:40-70,cpu:70-100")
    @Nullable
    String actors;

    @Option(
            names = "--size",
            paramLabel = "N",
            description =
                    "size of a workload, from 4 to 24: each step up doubles its data (its usual size unless given)")
    @Nullable
    Integer size;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "how often a workload's kernels run over its data, up to 1000 (its usual rounds unless given)")
    @Nullable
    Integer rounds;

    @Option(names = "--seed", paramLabel = "N", description = "seed of a workload's data (default ${DEFAULT-VALUE})")
    long seed = ComparisonRequest.DEFAULT_SEED;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "CPU threads of a workload, from 1 to 64 (default ${DEFAULT-VALUE})")
    int threads = ComparisonRequest.DEFAULT_THREADS;

    /** {@return whether anything was said of what runs} */
    boolean given() {
        return workload != null || trace != null || actors != null || size != null || rounds != null;
    }

    /** {@return the CPU threads} */
    int threads() {
        if (threads < 1 || threads > 64) {
            throw Texts.bad("--threads " + threads + " is not from 1 to 64");
        }
        return threads;
    }

    /** {@return what was asked for, or the usual workload} */
    Subject subject(Workbench workbench, Subject usual) {
        if (workload != null && trace != null) {
            throw Texts.bad("--workload " + workload + " and --trace " + trace + " exclude each other; drop one");
        }
        if (trace != null) {
            return trace(trace);
        }
        if (actors != null) {
            throw Texts.bad("--actors " + actors + " says who plays a trace, but there is none; add --trace FILE");
        }
        Subject named = workload == null ? usual : Subject.workload(workbench.workload(workload));
        return named.withSize(number("--size", size)).withRounds(number("--rounds", rounds));
    }

    private Subject trace(String name) {
        if (size != null || rounds != null) {
            throw Texts.bad((size != null ? "--size " + size : "--rounds " + rounds)
                    + " is said of a workload, but --trace " + name + " has what it has; drop one");
        }
        if (actors != null && actors.isBlank()) {
            throw Texts.bad("--actors is empty; write such as cpu:0-40,gpu0:40-70,cpu:70-100, or leave it out");
        }
        return Subject.trace(name).withActors(actors == null ? "" : actors);
    }

    /** {@return the number, 0 where none was given} */
    private static int number(String option, @Nullable Integer given) {
        if (given == null) {
            return 0;
        }
        if (given == 0) {
            throw Texts.bad(option + " 0 is none; give a number from 1, or leave it out for the usual");
        }
        return given;
    }
}

package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.Nearest;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Threads;
import moraine.sim.Choice;
import moraine.sim.Simulation;

/**
 * What verbs work with.
 *
 * @param factory makes machines
 * @param simulation profiles, workloads, comparison
 * @param threads the JVM's clock and threads
 * @param live the machine that verbs look at
 */
record Workbench(MachineFactory factory, Simulation simulation, Threads threads, LiveMachine live)
        implements AutoCloseable {
    private static final long SEED = 1;

    Workbench(MachineFactory factory, Simulation simulation, Threads threads) {
        this(factory, simulation, threads, new LiveMachine());
    }

    /** {@return time of the wall clock, actors as threads} */
    Environment wallClock() {
        return factory.wallClock(threads, SEED);
    }

    /** {@return the name, if it is that of a profile or a profile's file} */
    String profile(String name) {
        return name.endsWith(".yaml") ? name : known("profile", name, simulation.profiles());
    }

    /** {@return the name, if it is that of a workload} */
    String workload(String name) {
        return known("workload", name, simulation.workloads());
    }

    private static String known(String kind, String name, List<Choice> choices) {
        List<String> names = choices.stream().map(Choice::name).toList();
        if (!names.contains(name)) {
            throw Texts.bad("no " + kind + " " + name + Nearest.hint(name, names));
        }
        return name;
    }

    @Override
    public void close() {
        live.close();
    }
}

package moraine.bench;

import java.util.Locale;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.firsttouch.FirstTouchProvider;
import moraine.sim.ComparisonRequest;
import moraine.sim.Run;
import moraine.sim.RunResult;
import moraine.sim.Simulation;
import moraine.sim.Subject;
import moraine.sim.compare.SimulationService;
import moraine.sim.trace.Traces;

/** The replay of a trace that is decoded before the clock starts, under a policy that is its plan and nothing else. */
final class Replay {
    private Replay() {}

    /** {@return millions of references a second, on the one thread that a modelled machine has} */
    static Row.Figure measure(Effort effort) {
        var providers = new Providers();
        providers.policies().add(ComparisonRequest.FIRST_TOUCH, new FirstTouchProvider(), "moraine.bench", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.bench", 0);
        var simulation = new SimulationService(new MachineFactoryImpl(providers, Limits.DEFAULT));
        long references = Traces.load(Subject.SQLITE).references();
        double[] rates = new double[Math.max(3, effort.rounds() / 5)];
        play(simulation);
        for (int round = 0; round < rates.length; round++) {
            rates[round] = references * 1e3 / play(simulation);
        }
        return new Row.Figure(
                Samples.quantile(rates, 0.5),
                String.format(Locale.ROOT, "%s, %,d references, machine checked", Subject.SQLITE, references));
    }

    private static long play(Simulation simulation) {
        var request = ComparisonRequest.of(Subject.trace(Subject.SQLITE)).run(ComparisonRequest.FIRST_TOUCH);
        try (Run run = simulation.open(request)) {
            return Stopwatch.timeNs(() -> check(run.play()));
        }
    }

    private static void check(RunResult result) {
        if (!result.right()) {
            throw new IllegalStateException("the replay went wrong: " + result.detail());
        }
    }
}

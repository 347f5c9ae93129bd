package moraine.bench;

import java.util.List;
import java.util.Locale;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.sim.ComparisonRequest;
import moraine.sim.ComparisonResult;
import moraine.sim.Metric;
import moraine.sim.Subject;
import moraine.sim.compare.SimulationService;

/**
 * A workload whose data exceed the device's memory, in modelled time: without density prefetch over with it. The same
 * on every machine.
 */
final class Oversubscription {
    private static final String OFF = "hmm";
    private static final String ON = "hmm(prefetchPercent=51)";
    private static final String TIME = "modelled_time_ns";

    private Oversubscription() {}

    /**
     * Compares.
     *
     * @param workload name
     * @param deviceMemory share of the data that the device's memory holds, such as {@code 80%}
     */
    static Row.Figure measure(String workload, String deviceMemory) {
        var providers = new Providers();
        providers.policies().add(OFF, new HmmProvider(), "moraine.bench", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.bench", 0);
        var simulation = new SimulationService(new MachineFactoryImpl(providers, Limits.DEFAULT));
        var request = ComparisonRequest.of(Subject.workload(workload))
                .withDeviceMemory(deviceMemory)
                .withPolicies(List.of(OFF, ON));
        ComparisonResult result = simulation.compare(request, Runnable::run, _ -> {});
        if (!result.right()) {
            throw new IllegalStateException(workload + " went wrong: " + result.rows());
        }
        double off = modelledNs(result, 0);
        double on = modelledNs(result, 1);
        return new Row.Figure(off / on, String.format(Locale.ROOT, "%.3f ms against %.3f ms", off / 1e6, on / 1e6));
    }

    private static double modelledNs(ComparisonResult result, int row) {
        List<String> keys = result.metrics().stream().map(Metric::key).toList();
        return result.rows().get(row).values().get(keys.indexOf(TIME)).doubleValue();
    }
}

package moraine.sim.compare;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.Backing;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.time.Environment;
import moraine.sim.Choice;
import moraine.sim.ComparisonRequest;
import moraine.sim.ComparisonResult;
import moraine.sim.ReportFormat;
import moraine.sim.Run;
import moraine.sim.RunRequest;
import moraine.sim.Simulation;
import moraine.sim.profile.Profiles;
import moraine.sim.report.Reports;
import moraine.sim.workload.Workloads;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The simulation on top of whichever core makes machines. */
@Component
public final class SimulationService implements Simulation {
    private final MachineFactory factory;

    @Activate
    public SimulationService(@Reference MachineFactory factory) {
        this.factory = factory;
    }

    @Override
    public List<Choice> profiles() {
        return Profiles.names().stream()
                .map(name -> new Choice(name, profile(name).summary()))
                .toList();
    }

    @Override
    public List<Choice> workloads() {
        return Workloads.names().stream()
                .map(name -> new Choice(name, Workloads.summary(name)))
                .toList();
    }

    @Override
    public TopologyProfile profile(String nameOrFile) {
        return Profiles.load(nameOrFile).topology();
    }

    @Override
    public List<String> figures(String nameOrFile) {
        return Profiles.figures(nameOrFile);
    }

    @Override
    public ComparisonResult compare(ComparisonRequest request, Executor executor, Consumer<String> progress) {
        return new Comparison(factory, request).run(executor, progress);
    }

    @Override
    public void check(RunRequest request) {
        Bench.check(request, factory, List.of(request.policy()));
    }

    @Override
    public Run open(RunRequest request) {
        Bench bench = bench(request);
        return bench.open(
                factory, request.policy(), bench.virtual(), bench.workload().backing());
    }

    @Override
    public Run open(RunRequest request, Environment environment) {
        return bench(request).open(factory, request.policy(), environment, Backing.BYTES);
    }

    private Bench bench(RunRequest request) {
        return Bench.of(request, factory, List.of(request.policy()));
    }

    @Override
    public void report(List<ComparisonResult> results, ReportFormat format, Appendable out) throws IOException {
        Reports.write(results, format, out);
    }
}

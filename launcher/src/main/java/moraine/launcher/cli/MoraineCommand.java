package moraine.launcher.cli;

import java.util.function.ToIntFunction;
import moraine.core.api.host.MachineFactory;
import moraine.launcher.time.LiveThreads;
import moraine.sim.Simulation;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The service behind which all verbs are: package boot calls it once with the arguments of the process. */
@Component(service = ToIntFunction.class, property = "moraine.cli=main")
public final class MoraineCommand implements ToIntFunction<String[]> {
    private final MachineFactory factory;
    private final Simulation simulation;
    private final BundleContext context;

    @Activate
    public MoraineCommand(@Reference MachineFactory factory, @Reference Simulation simulation, BundleContext context) {
        this.factory = factory;
        this.simulation = simulation;
        this.context = context;
    }

    @Override
    public int applyAsInt(String[] arguments) {
        try (var workbench = new Workbench(factory, simulation, new LiveThreads())) {
            return VerbTree.of(workbench, Console.standard(), context).execute(arguments);
        }
    }
}

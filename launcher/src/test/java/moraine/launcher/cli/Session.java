package moraine.launcher.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.daemon.reclaim.ReclaimProvider;
import moraine.driver.gpu.GpuProvider;
import moraine.launcher.time.LiveThreads;
import moraine.policy.cdm.CdmProvider;
import moraine.policy.firsttouch.FirstTouchProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.policy.managed.ManagedProvider;
import moraine.sim.compare.SimulationService;
import picocli.CommandLine;

/** Verbs on a real core with the real policies, driver and simulation, all in one class path; one machine stays. */
final class Session implements AutoCloseable {
    private static final long MINUTE_NS = 60_000_000_000L;
    /** Of the usual limits those that count faults; a busy machine must not make a plug-in late. */
    private static final Limits LIMITS = Limits.DEFAULT.within(MINUTE_NS);

    private final MachineFactoryImpl factory = factory();
    private final Workbench workbench = new Workbench(factory, new SimulationService(factory), new LiveThreads());

    /** What a verb answered. */
    record Answer(int status, String out, String err) {}

    private static MachineFactoryImpl factory() {
        var providers = new Providers();
        policy(providers, "hmm", new HmmProvider(), 100);
        policy(providers, "cdm", new CdmProvider(), 50);
        policy(providers, "managed", new ManagedProvider(), 0);
        policy(providers, "first-touch", new FirstTouchProvider(), 0);
        providers.daemons().add("reclaim", new ReclaimProvider(), "moraine.daemon.reclaim 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        return new MachineFactoryImpl(providers, LIMITS);
    }

    private static void policy(Providers providers, String name, PolicyProvider provider, int ranking) {
        providers.policies().add(name, provider, "moraine.policy." + name + " 0.1", ranking);
    }

    /** As a shell that was started with options. */
    void startedWith(String... options) {
        workbench
                .live()
                .usual(CommandLine.populateCommand(new MachineOptions(), options)
                        .choices(/* usual= */ null));
    }

    Answer run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console = new Console(printer(out), printer(err), false);
        int status = VerbTree.of(workbench, console, null).execute(arguments);
        return new Answer(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream printer(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        workbench.close();
        factory.close();
    }
}

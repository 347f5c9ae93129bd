package moraine.launcher.cli;

import moraine.launcher.cli.LiveMachine.Choices;
import moraine.sim.Run;
import moraine.sim.RunRequest;
import moraine.sim.RunResult;
import moraine.sim.Subject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = "Runs one workload under one policy on a machine of its own and checks its result.",
        footer = {
            "",
            "Without --live time is modelled from the profile, as in compare. With it the workload really runs: bytes,"
                    + " wall clock, a thread for each CPU thread and each worker of a device. In ./moraine shell the"
                    + " machine of the last run --live stays for the other verbs to look at; with & behind it, it runs"
                    + " while they do."
        })
final class RunVerb extends Verb {
    private static final Subject USUAL = Subject.workload("pagerank");

    @Option(names = "--live", description = "with bytes, in wall-clock time, with several threads")
    boolean live;

    @Mixin
    SubjectOptions what;

    @Mixin
    MachineOptions where;

    @Mixin
    FormatOptions format;

    RunVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        format.format();
        Choices choices = where.choices(workbench.live().usual());
        var request = new RunRequest(
                        what.subject(workbench, USUAL),
                        workbench.profile(choices.profile()),
                        choices.policy(),
                        choices.deviceMemory(),
                        what.threads(),
                        what.seed)
                .withTuning(choices.tuning())
                .withDaemons(choices.daemons())
                .withMemory(choices.memory())
                .withSwap(choices.swap());
        console.progress("making " + request.subject().name());
        return live ? runLive(request, choices) : runModelled(request);
    }

    private int runLive(RunRequest request, Choices choices) {
        try (LiveMachine.Arrival arrival = workbench.live().announce()) {
            Run run = workbench.simulation().open(request, workbench.wallClock());
            arrival.arrived(run.machine(), run, choices);
            return play(run);
        }
    }

    private int runModelled(RunRequest request) {
        try (Run run = workbench.simulation().open(request)) {
            return play(run);
        }
    }

    private int play(Run run) {
        console.endProgress();
        run.adjustments().forEach(console::note);
        console.progress("running");
        RunResult result = run.play();
        console.endProgress();
        String policy = run.machine().policies().active();
        console.out()
                .print(format.text(
                        () -> RunText.of(run.facts(), policy, result),
                        () -> RunRecords.of(run.facts(), policy, result)));
        return result.right() ? ExitStatus.DONE : ExitStatus.CHECK_FAILED;
    }
}

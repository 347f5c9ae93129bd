package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.Tunable;
import picocli.CommandLine.Command;

@Command(
        name = "tunables",
        description = "Shows the numbers of the mechanism that --tune sets: their values, bounds, and what they do.",
        footer = "They hold for as long as the machine lives; --tune NAME=VALUE is an option of what makes one.")
final class TunablesVerb extends MachineVerb {
    TunablesVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        format.format();
        List<Tunable> tunables = machine().tunables();
        console.out().print(format.text(() -> TunablesText.of(tunables), () -> MachineRecords.tunables(tunables)));
        return ExitStatus.DONE;
    }
}

package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.DaemonInfo;
import picocli.CommandLine.Command;

@Command(
        name = "daemons",
        description = "Shows the daemons that work beside the machine and those that are installed: what each did.",
        footer = {
            "",
            "--daemon NAME is an option of what makes a machine; parameters stand behind the name: --daemon"
                    + " 'reclaim(age=2)'. Verb parameters shows them."
        })
final class DaemonsVerb extends MachineVerb {
    DaemonsVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        format.format();
        List<DaemonInfo> daemons = (options.daemons.given() ? machineInUse() : machine()).daemons();
        console.out().print(format.text(() -> DaemonsText.of(daemons), () -> MachineRecords.daemons(daemons)));
        return ExitStatus.DONE;
    }
}

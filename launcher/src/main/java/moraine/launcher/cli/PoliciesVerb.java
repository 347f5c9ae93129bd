package moraine.launcher.cli;

import moraine.core.api.host.Policies;
import picocli.CommandLine.Command;

@Command(
        name = "policies",
        description = "Shows the placement policies that are installed and whether each can drive the machine.")
final class PoliciesVerb extends MachineVerb {
    PoliciesVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        format.format();
        Policies policies = machine().policies();
        console.out()
                .print(format.text(
                        () -> PoliciesText.of(policies.active(), policies.available(), policies.exits()),
                        () -> MachineRecords.policies(policies.active(), policies.available(), policies.exits())));
        return ExitStatus.DONE;
    }
}

package moraine.launcher.cli;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import picocli.CommandLine.Command;

@Command(
        name = "spaces",
        description = "Shows address spaces, their mappings, and where their pages are.",
        footer = {"", MachineVerb.FOOTER})
final class SpacesVerb extends MachineVerb {
    SpacesVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        Machine machine = machineInUse();
        console.out()
                .print(SpacesText.of(
                        machine.spaces().stream().map(AddressSpace::info).toList()));
        return ExitStatus.DONE;
    }
}

package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.SpaceInfo;
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
        format.format();
        List<SpaceInfo> spaces =
                machineInUse().spaces().stream().map(AddressSpace::info).toList();
        console.out().print(format.text(() -> SpacesText.of(spaces), () -> MachineRecords.spaces(spaces)));
        return ExitStatus.DONE;
    }
}

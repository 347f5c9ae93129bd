package moraine.launcher.cli;

import moraine.core.api.host.Machine;
import picocli.CommandLine.Command;

@Command(
        name = "nodes",
        description = "Shows memory nodes, their memory types and watermarks, and the links between them.",
        footer = "The figures of nodes are the machine's now, those of links are the profile's.")
final class NodesVerb extends MachineVerb {
    NodesVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        Machine machine = machine();
        console.out().print(NodesText.of(machine.profile(), machine.policies().active(), machine.nodes()));
        return ExitStatus.DONE;
    }
}

package moraine.launcher.cli;

import moraine.core.api.host.Machine;
import moraine.core.api.model.TopologyProfile;
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
        format.format();
        Machine machine = machine();
        TopologyProfile profile = machine.profile();
        String policy = machine.policies().active();
        console.out()
                .print(format.text(
                        () -> NodesText.of(profile, policy, machine.nodes()),
                        () -> MachineRecords.nodes(profile, policy, machine.nodes())));
        return ExitStatus.DONE;
    }
}

package moraine.launcher.cli;

import moraine.core.api.host.Machine;
import moraine.core.api.host.Policies;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.NodeKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "use",
        description = "Exchanges the placement policy while memory is in use and shows what became of the pages.",
        footer = {
            "",
            MachineVerb.FOOTER,
            "Pages of the old type could not be converted, for somebody pins or locks them. ram-only is the core's own"
                    + " policy: it allocates in RAM and moves nothing, so what is on a device stays there.",
            "To exchange it under a workload, write in the shell: run --live &, and then policy use NAME."
        })
final class PolicyUseVerb extends MachineVerb {
    @Parameters(
            paramLabel = "NAME",
            description = "policy, such as cdm or hmm(migratePages=64); * is the best that can drive the machine")
    String name;

    @Option(names = "--strict", description = "refuse when a page could not be converted where it is")
    boolean strict;

    PolicyUseVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        format.format();
        Machine machine = machineToExchange();
        Policies policies = machine.policies();
        PolicyNames.use(name, policies, strict, "; " + policies.active() + " stays");
        ExchangeReport settled = policies.settle();
        long devicePages = devicePages(machine);
        console.out()
                .print(format.text(
                        () -> PoliciesText.exchange(settled, devicePages),
                        () -> MachineRecords.exchange(settled, devicePages)));
        return ExitStatus.DONE;
    }

    private static long devicePages(Machine machine) {
        return machine.nodes().stream()
                .filter(node -> node.kind() == NodeKind.DEVICE)
                .mapToLong(node -> node.pages() - node.freePages())
                .sum();
    }

    /** {@return the machine in use; where it has to be made first, the new policy is checked before} */
    private Machine machineToExchange() {
        if (!inUse()) {
            workbench.simulation().check(demonstration(name));
        }
        return machineInUse();
    }
}

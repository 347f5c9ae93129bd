package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.host.Policies;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.PolicyInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "use",
        description = "Exchanges the placement policy while memory is in use and shows what became of the pages.",
        footer = {"", MachineVerb.FOOTER})
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
        Policies policies = machineInUse().policies();
        requireKnown(policies);
        ExchangeReport report = policies.use(name, strict);
        if (report.kind() == ExchangeReport.Kind.REFUSED) {
            throw Texts.bad("policy " + name + " is refused: " + report.reason() + "; " + report.old() + " stays");
        }
        ExchangeReport settled = policies.settle();
        console.out().print(format.text(() -> PoliciesText.exchange(settled), () -> MachineRecords.exchange(settled)));
        return ExitStatus.DONE;
    }

    private void requireKnown(Policies policies) {
        int bracket = name.indexOf('(');
        String family = bracket < 0 ? name : name.substring(0, bracket);
        List<String> known = policies.available().stream().map(PolicyInfo::name).toList();
        if (!family.equals("*") && !known.contains(family)) {
            throw Texts.bad("no policy " + family + Nearest.hint(family, known));
        }
    }
}

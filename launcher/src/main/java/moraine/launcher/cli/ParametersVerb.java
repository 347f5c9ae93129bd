package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Nearest;
import moraine.core.api.model.PluginInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "parameters",
        description = "Shows what policies, daemons and drivers that are installed may be given: values, usual ones.",
        footer = {
            "",
            "Those of policies and daemons stand behind the name: --policy 'cdm(isolation=mask)', --daemon"
                    + " 'reclaim(age=2)'.",
            ParametersVerb.DRIVERS
        })
final class ParametersVerb extends MachineVerb {
    static final String DRIVERS = "Those of a driver stand in a profile, under the device that it drives. Copy"
            + " sim/src/main/resources/moraine/sim/profile/gh200.yaml to my.yaml, write there parameters: {coherent:"
            + " true, threshold: 64}, and give --profile my.yaml to run, compare or any verb that makes a machine.";

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "a policy, daemon or driver; all without one")
    @Nullable
    String name;

    ParametersVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        format.format();
        List<PluginInfo> plugins = chosen(machine().plugins());
        console.out().print(format.text(() -> ParametersText.of(plugins), () -> MachineRecords.parameters(plugins)));
        return ExitStatus.DONE;
    }

    private List<PluginInfo> chosen(List<PluginInfo> plugins) {
        if (name == null) {
            return plugins;
        }
        String wanted = name.strip();
        List<PluginInfo> named =
                plugins.stream().filter(plugin -> plugin.name().equals(wanted)).toList();
        if (named.isEmpty()) {
            List<String> names =
                    plugins.stream().map(PluginInfo::name).distinct().sorted().toList();
            String lack = wanted.isEmpty()
                    ? "the name is empty; leave it out for all plug-ins"
                    : "no plug-in is named " + wanted;
            throw MoraineException.caller(Errno.ENOENT, lack + Nearest.hint(wanted, names));
        }
        return named;
    }
}

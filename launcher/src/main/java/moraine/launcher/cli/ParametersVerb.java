package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PluginInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "parameters",
        description = "Shows what policies, daemons and drivers that are installed may be given: values, usual ones.",
        footer = "They stand behind the name: --policy 'cdm(isolation=mask)', --daemon 'reclaim(age=2)'.")
final class ParametersVerb extends MachineVerb {
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
        String wanted = name;
        if (wanted == null) {
            return plugins;
        }
        List<PluginInfo> named =
                plugins.stream().filter(plugin -> plugin.name().equals(wanted)).toList();
        if (named.isEmpty()) {
            List<String> names =
                    plugins.stream().map(PluginInfo::name).distinct().sorted().toList();
            throw MoraineException.caller(Errno.ENOENT, "no plug-in is named " + wanted + Nearest.hint(wanted, names));
        }
        return named;
    }
}

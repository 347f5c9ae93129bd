package moraine.launcher.cli;

import java.util.List;
import java.util.stream.Collectors;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.PluginInfo;

/** Parameters of plug-ins, for people. */
final class ParametersText {
    private ParametersText() {}

    /** {@return a table for each plug-in} */
    static String of(List<PluginInfo> plugins) {
        return plugins.stream().map(ParametersText::table).collect(Collectors.joining("\n"));
    }

    private static String table(PluginInfo plugin) {
        String title = plugin.kind() + " " + plugin.name() + ", " + plugin.bundle() + "\n";
        if (plugin.parameters().isEmpty()) {
            return title + "  takes no parameters\n";
        }
        var grid = new Grid("  parameter", "values", "usual", "does");
        for (Parameter parameter : plugin.parameters()) {
            grid.row("  " + parameter.name(), parameter.values(), parameter.usual(), parameter.description());
        }
        return title + grid;
    }
}

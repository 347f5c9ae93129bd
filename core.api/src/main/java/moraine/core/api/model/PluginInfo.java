package moraine.core.api.model;

import java.util.List;

/**
 * A plug-in provider that is installed.
 *
 * @param kind what it provides: {@code policy}, {@code driver} or {@code daemon}
 * @param name family of its instances
 * @param bundle symbolic name and version of the bundle that brought it
 * @param parameters that its instances take, in the order in which it lists them
 */
public record PluginInfo(String kind, String name, String bundle, List<Parameter> parameters) {
    public PluginInfo {
        parameters = List.copyOf(parameters);
    }
}

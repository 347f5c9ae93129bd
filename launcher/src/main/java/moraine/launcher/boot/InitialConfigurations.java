package moraine.launcher.boot;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Hashtable;
import java.util.Map;
import org.apache.felix.cm.json.io.ConfigurationResource;
import org.apache.felix.cm.json.io.Configurations;

/** Hands the configurations of a composition to the Configurator, which puts them into Configuration Admin. */
public final class InitialConfigurations {
    /** The framework property from which the Configurator reads configurations at its start. */
    public static final String PROPERTY = "configurator.initial";

    private InitialConfigurations() {}

    /** {@return the configurations as one JSON document of the Configurator specification, chapter 150} */
    public static String json(Map<String, Map<String, Object>> configurations) {
        ConfigurationResource resource = new ConfigurationResource();
        resource.getProperties().put(":configurator:resource-version", 1);
        resource.getProperties().put(":configurator:symbolic-name", "moraine.features");
        resource.getProperties().put(":configurator:version", "1.0.0");
        configurations.forEach((pid, values) -> {
            Hashtable<String, Object> configuration = Configurations.newConfiguration();
            configuration.putAll(values);
            resource.getConfigurations().put(pid, configuration);
        });
        StringWriter json = new StringWriter();
        try {
            Configurations.buildWriter().build(json).writeConfigurationResource(resource);
        } catch (IOException e) {
            throw new UncheckedIOException("a string could not be written", e);
        }
        return json.toString();
    }
}

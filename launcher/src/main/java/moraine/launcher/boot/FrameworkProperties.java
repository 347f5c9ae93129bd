package moraine.launcher.boot;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The framework properties of the launcher and of every test that starts a framework: one resource file. */
public final class FrameworkProperties {
    /** The resource, beside the package of the command line. */
    public static final String RESOURCE = "/moraine/launcher/framework.properties";

    private FrameworkProperties() {}

    /** {@return the properties as the file has them, in a map that the caller may extend} */
    public static Map<String, String> load() {
        Properties properties = new Properties();
        try (InputStream in = FrameworkProperties.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new BootException("no " + RESOURCE + " in the launcher's jar; build again");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new BootException("cannot read " + RESOURCE, e);
        }
        Map<String, String> loaded = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> loaded.put(name, properties.getProperty(name)));
        return loaded;
    }
}

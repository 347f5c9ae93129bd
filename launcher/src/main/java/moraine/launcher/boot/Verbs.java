package moraine.launcher.boot;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The features that each command line needs, read from a resource.
 *
 * <p>A key is a verb, or {@code verb+option} for a verb with an option anywhere behind it, which wins; {@code *} stands
 * for all others. A value lists features.
 */
public final class Verbs {
    private static final String RESOURCE = "/moraine/launcher/verbs.properties";

    private final Properties features = new Properties();

    public Verbs() {
        try (InputStream in = Verbs.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new BootException("no " + RESOURCE + " in the launcher's jar; build again");
            }
            features.load(in);
        } catch (IOException e) {
            throw new BootException("cannot read " + RESOURCE, e);
        }
    }

    /** {@return the features for the arguments, of which the first is the verb} */
    public List<String> features(String[] arguments) {
        String verb = arguments[0];
        String rest = features.getProperty(verb, features.getProperty("*"));
        String chosen = Arrays.stream(arguments)
                .skip(1)
                .map(argument -> features.getProperty(verb + '+' + argument))
                .filter(value -> value != null)
                .findFirst()
                .orElse(rest);
        return list(chosen);
    }

    /** {@return every list of features that some command line needs} */
    public Set<List<String>> compositions() {
        return features.stringPropertyNames().stream()
                .map(key -> list(features.getProperty(key)))
                .collect(Collectors.toSet());
    }

    private static List<String> list(String value) {
        return List.of(value.strip().split("\\s*,\\s*"));
    }
}

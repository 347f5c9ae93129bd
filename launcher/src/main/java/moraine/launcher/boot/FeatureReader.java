package moraine.launcher.boot;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.ServiceLoader;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureConfiguration;
import org.osgi.service.feature.FeatureService;
import org.osgi.service.feature.ID;

/** Reads feature files (OSGi Feature Service, chapter 159) from a folder and composes them. */
public final class FeatureReader {
    private final Path folder;
    private final FeatureService features;

    public FeatureReader(Path folder) {
        this.folder = folder;
        this.features = ServiceLoader.load(FeatureService.class, FeatureReader.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new BootException("no feature reader on the class path; build again"));
    }

    /**
     * {@return the union of the named features}
     *
     * @throws BootException if a file is missing or no feature, or two features contradict each other
     */
    public Composition compose(List<String> names) {
        SequencedSet<BundleId> bundles = new LinkedHashSet<>();
        Map<String, Map<String, Object>> configurations = new LinkedHashMap<>();
        for (String name : names) {
            Feature feature = read(name);
            feature.getBundles().forEach(bundle -> addBundle(bundles, bundle, name));
            feature.getConfigurations().values().forEach(c -> addConfiguration(configurations, c, name));
        }
        return new Composition(bundles, configurations);
    }

    private Feature read(String name) {
        Path file = folder.resolve(name + ".json");
        try (Reader reader = Files.newBufferedReader(file)) {
            return features.readFeature(reader);
        } catch (IOException | RuntimeException e) {
            throw new BootException("cannot read feature " + file, e);
        }
    }

    private static void addBundle(SequencedSet<BundleId> bundles, FeatureBundle bundle, String feature) {
        ID id = bundle.getID();
        BundleId added = new BundleId(id.getGroupId(), id.getArtifactId(), id.getVersion());
        for (BundleId present : bundles) {
            if (present.group().equals(added.group())
                    && present.artifact().equals(added.artifact())
                    && !present.equals(added)) {
                throw new BootException("feature " + feature + " names " + added + ", an earlier one " + present
                        + "; give both one version");
            }
        }
        bundles.add(added);
    }

    private static void addConfiguration(
            Map<String, Map<String, Object>> configurations, FeatureConfiguration configuration, String feature) {
        Map<String, Object> values = new LinkedHashMap<>(configuration.getValues());
        Map<String, Object> present = configurations.putIfAbsent(configuration.getPid(), values);
        if (present != null && !present.equals(values)) {
            throw new BootException("feature " + feature + " gives configuration " + configuration.getPid()
                    + " the values " + values + ", an earlier one " + present + "; keep one of them");
        }
    }
}

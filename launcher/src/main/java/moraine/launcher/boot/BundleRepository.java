package moraine.launcher.boot;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder of bundles in Maven's repository layout.
 *
 * @param root the folder that holds the group folders
 */
public record BundleRepository(Path root) {
    /**
     * {@return the location at which the framework reads the bundle in place, without a copy}
     *
     * @throws BootException if the repository does not hold the bundle
     */
    public String location(BundleId bundle) {
        Path jar = root.resolve(bundle.path());
        if (!Files.isRegularFile(jar)) {
            throw new BootException("a feature names bundle " + bundle + ", but " + jar
                    + " does not exist; build again or correct the feature");
        }
        return "reference:" + jar.toUri();
    }
}

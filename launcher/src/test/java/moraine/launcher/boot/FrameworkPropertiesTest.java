package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

final class FrameworkPropertiesTest {
    private final Map<String, String> properties = FrameworkProperties.load();

    @Test
    void shouldKeepBundlesToTheirImports() {
        assertThat(properties)
                .containsEntry("felix.bootdelegation.implicit", "false")
                .containsEntry("felix.service.urlhandlers", "false")
                .doesNotContainKeys(Constants.FRAMEWORK_BOOTDELEGATION, Constants.FRAMEWORK_STORAGE);
    }

    @Test
    void shouldExportNoPackageOfMoraine() {
        assertThat(packages(extra()).keySet())
                .isNotEmpty()
                .noneMatch(name -> name.equals("moraine") || name.startsWith("moraine."));
    }

    @Test
    void shouldExportPackagesInTheVersionsOfTheClassPath() throws IOException {
        assertThat(onClassPath()).containsAllEntriesOf(packages(extra()));
    }

    private String extra() {
        return Objects.requireNonNull(properties.get(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA));
    }

    private static Map<String, Version> onClassPath() throws IOException {
        Map<String, Version> found = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.endsWith(".jar")) {
                try (JarFile jar = new JarFile(entry)) {
                    String exports = jar.getManifest().getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
                    packages(exports == null ? "" : exports).forEach(found::putIfAbsent);
                }
            }
        }
        return found;
    }

    /** The packages of a header and their versions. */
    private static Map<String, Version> packages(String header) {
        Map<String, Version> packages = new TreeMap<>();
        Arrays.stream(header.replaceAll("[a-z-]+:=\"[^\"]*\"", "").split(",", -1))
                .map(clause -> clause.strip().split(";", -1))
                .forEach(clause -> packages.put(
                        clause[0],
                        Arrays.stream(clause)
                                .map(String::strip)
                                .filter(part -> part.startsWith("version="))
                                .map(part -> Version.parseVersion(part.replaceAll("version=|\"", "")))
                                .findFirst()
                                .orElse(Version.emptyVersion)));
        packages.remove("");
        return packages;
    }
}

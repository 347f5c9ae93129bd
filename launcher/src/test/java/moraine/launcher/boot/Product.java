package moraine.launcher.boot;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A product folder made by a test: features as given, Felix's bundles from the class path, and bundles made here. */
final class Product {
    private static final String FELIX = "org.apache.felix:org.apache.felix.";

    private final Path folder;

    Product(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("features"));
        for (String name : new String[] {"log", "scr", "configadmin", "configurator"}) {
            Path jar = onClassPath("org.apache.felix." + name);
            Path copy = folder.resolve("repo").resolve(id(FELIX + name + ":1").path());
            Files.createDirectories(Objects.requireNonNull(copy.getParent()));
            Files.copy(jar, copy);
        }
    }

    Path folder() {
        return folder;
    }

    BundleRepository repository() {
        return new BundleRepository(folder.resolve("repo"));
    }

    FeatureReader features() {
        return new FeatureReader(folder.resolve("features"));
    }

    /** Writes a feature with the framework's services, bundles {@code t:NAME:1}, and configurations as JSON members. */
    Product feature(String name, String configurations, String... bundles) throws IOException {
        String ids = Stream.concat(
                        Stream.of("log", "scr", "configadmin", "configurator").map(felix -> FELIX + felix + ":1"),
                        Arrays.stream(bundles).map(bundle -> "t:" + bundle + ":1"))
                .map(id -> "{\"id\":\"" + id + "\"}")
                .collect(Collectors.joining(","));
        Files.writeString(
                folder.resolve("features").resolve(name + ".json"),
                "{\"feature-resource-version\":\"1.0\",\"id\":\"t:t:" + 1 + "\",\"bundles\":[" + ids
                        + "],\"configurations\":{" + configurations + "}}");
        return this;
    }

    /** Makes bundle {@code t:NAME:1} with extra headers and classes of this test. */
    Product bundle(String name, Map<String, String> headers, Class<?>... classes) throws IOException {
        try (JarOutputStream jar = jar(name, headers)) {
            addClasses(jar, classes);
        }
        return this;
    }

    /** Makes bundle {@code t:NAME:1} with a component of the same name; {@code inner} is the XML inside it. */
    Product component(String name, String policy, String inner, Class<?> implementation) throws IOException {
        try (JarOutputStream jar = jar(name, Map.of("Service-Component", "component.xml"))) {
            jar.putNextEntry(new ZipEntry("component.xml"));
            jar.write(declaration(name, policy, inner, implementation).getBytes(StandardCharsets.UTF_8));
            addClasses(jar, implementation);
        }
        return this;
    }

    private static String declaration(String name, String policy, String inner, Class<?> implementation) {
        return "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"" + name
                + "\" configuration-policy=\"" + policy + "\"><implementation class=\"" + implementation.getName()
                + "\"/>" + inner + "</scr:component>";
    }

    private JarOutputStream jar(String name, Map<String, String> headers) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.putValue("Manifest-Version", "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", "1");
        headers.forEach(main::putValue);
        Path file = folder.resolve("repo").resolve(id("t:" + name + ":1").path());
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        OutputStream out = Files.newOutputStream(file);
        return new JarOutputStream(out, manifest);
    }

    private static void addClasses(JarOutputStream jar, Class<?>... classes) throws IOException {
        for (Class<?> added : classes) {
            String entry = added.getName().replace('.', '/') + ".class";
            jar.putNextEntry(new ZipEntry(entry));
            try (InputStream in = Product.class.getResourceAsStream('/' + entry)) {
                Objects.requireNonNull(in).transferTo(jar);
            }
        }
    }

    private static BundleId id(String coordinates) {
        String[] parts = coordinates.split(":", -1);
        return new BundleId(parts[0], parts[1], parts[2]);
    }

    private static Path onClassPath(String artifact) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().matches(artifact + "-[0-9].*\\.jar"))
                .findFirst()
                .orElseThrow();
    }
}

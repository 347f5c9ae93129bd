package moraine.itest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folders of the build that this test is a part of. */
final class Workspace {
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final List<String> NOT_BUNDLES = List.of("itest", "bench");

    private final Path root;

    private Workspace(Path root) {
        this.root = root;
    }

    static Workspace find() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("cnf"))) {
            folder = Objects.requireNonNull(folder.getParent(), "no folder above the test holds cnf/");
        }
        return new Workspace(folder);
    }

    /** The modules that become a bundle, by folder name. */
    List<String> bundleFolders() throws IOException {
        return MODULE.matcher(Files.readString(root.resolve("pom.xml")))
                .results()
                .map(module -> module.group(1))
                .filter(module -> !NOT_BUNDLES.contains(module))
                .toList();
    }

    /** The main classes of a module, compiled before this test by the same build. */
    List<Path> classFiles(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(classes(folder))) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    Manifest manifest(String folder) {
        Path file = classes(folder).resolve("META-INF/MANIFEST.MF");
        try (var in = Files.newInputStream(file)) {
            return new Manifest(in);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read, build " + folder + " first", e);
        }
    }

    /** Where the build leaves the results of a conformance suite. */
    Path conformance(String name) {
        return root.resolve("target/conformance").resolve(name);
    }

    /** A folder of sources outside the reactor. */
    Path itest(String folder) {
        return root.resolve("itest").resolve(folder);
    }

    /** What a module says of itself. */
    Path readme(String folder) {
        return root.resolve(folder).resolve("README.md");
    }

    Path cnf(String name) {
        return root.resolve("cnf").resolve(name);
    }

    /** The lines of a list in cnf, without comments and blanks. */
    List<String> list(String name) throws IOException {
        return Files.readAllLines(cnf(name)).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private Path classes(String folder) {
        return root.resolve(folder).resolve("target/classes");
    }
}

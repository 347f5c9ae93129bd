package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import moraine.core.api.policy.PolicyProvider;

/** A jar of sources that the build does not know, compiled with the API alone, and loaded by a loader of its own. */
final class ForeignJar implements AutoCloseable {
    private final URLClassLoader loader;

    /**
     * Compiles and packs.
     *
     * @param sources folder of the sources
     * @param work empty folder for the jar
     */
    ForeignJar(Path sources, Path work) throws IOException, URISyntaxException {
        Path api = Path.of(PolicyProvider.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path classes = Files.createDirectories(work.resolve("classes"));
        compile(files(sources), api, classes);
        Path jar = work.resolve("foreign.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files(classes)) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, PolicyProvider.class.getClassLoader());
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void compile(List<Path> sources, Path api, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-proc:none", "-cp", api.toString(), "-d", classes.toString());
            boolean compiled = compiler.getTask(
                            said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
    }

    /** {@return a new instance of a policy provider in it} */
    PolicyProvider policy(String className) throws ReflectiveOperationException {
        return Class.forName(className, true, loader)
                .asSubclass(PolicyProvider.class)
                .getConstructor()
                .newInstance();
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}

package moraine.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** cnf/jdk.sh, run in a tree of fake JDKs with nothing but the tools it needs on its path. */
final class JdkFinderTest {
    private static final String[] TOOLS = {"sh", "sed", "head", "readlink", "dirname"};

    @TempDir
    Path tree;

    private Path bin;
    private Path jvms;

    private record Answer(int status, String out, String err) {}

    @BeforeEach
    void makeTree() throws IOException {
        bin = Files.createDirectories(tree.resolve("bin"));
        jvms = tree.resolve("root/usr/lib/jvm");
        for (String tool : TOOLS) {
            executable(bin.resolve(tool), "#!/bin/sh\nexec '" + onRealPath(tool) + "' \"$@\"\n");
        }
    }

    @Test
    void shouldTakeJavaHomeWhenItIsGoodEnough() throws Exception {
        jdk(jvms.resolve("jdk-25"), "25.0.3");
        Path newer = jdk(tree.resolve("my jdk"), "26.0.1");

        assertThat(find(newer)).isEqualTo(new Answer(0, newer + "\n", ""));
    }

    @Test
    void shouldPassOverJavaHomeOfRelease17() throws Exception {
        Path good = jdk(jvms.resolve("jdk-25"), "25.0.3");
        Path old = jdk(jvms.resolve("jdk-17"), "17.0.15");

        assertThat(find(old)).isEqualTo(new Answer(0, good + "\n", ""));
    }

    @Test
    void shouldPassOverJavaHomeWithoutCompiler() throws Exception {
        Path good = jdk(jvms.resolve("jdk-25"), "25");
        Path runtime = jdk(jvms.resolve("a-jre-25"), "25");
        Files.delete(runtime.resolve("bin/javac"));

        assertThat(find(runtime)).isEqualTo(new Answer(0, good + "\n", ""));
    }

    @Test
    void shouldTakeTheLowestReleaseThatWillDo() throws Exception {
        jdk(jvms.resolve("jdk-100"), "100");
        jdk(jvms.resolve("jdk-21"), "21.0.9");
        jdk(tree.resolve("home/.jdks/temurin-27"), "27-ea");
        Path lowest = jdk(tree.resolve("home/.sdkman/candidates/java/26.0.1-tem"), "26.0.1");

        assertThat(find(null)).isEqualTo(new Answer(0, lowest + "\n", ""));
    }

    @Test
    void shouldFindTheHomeOfTheJavaOnThePathThroughLinks() throws Exception {
        Path home = jdk(tree.resolve("opt/jdk"), "25.0.3");
        Path alternative = tree.resolve("opt/java-alternative");
        Files.createSymbolicLink(alternative, Path.of("jdk/bin/java"));
        Files.createSymbolicLink(bin.resolve("java"), alternative);

        assertThat(find(null)).isEqualTo(new Answer(0, home.toRealPath() + "\n", ""));
    }

    @Test
    void shouldLookWhereMacOsKeepsJdks() throws Exception {
        Path user = jdk(tree.resolve("home/Library/Java/JavaVirtualMachines/x.jdk/Contents/Home"), "26");
        assertThat(find(null).out()).isEqualTo(user + "\n");

        Path system = jdk(tree.resolve("root/Library/Java/JavaVirtualMachines/y.jdk/Contents/Home"), "25");
        assertThat(find(null).out()).isEqualTo(system + "\n");
    }

    @Test
    void shouldSayInALineHowToGetAJdk() throws Exception {
        Path old = jdk(jvms.resolve("jdk-17"), "17.0.15");
        Answer answer = find(old);

        assertThat(answer.status()).isEqualTo(3);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err()).contains("no JDK 25", "set JAVA_HOME").hasLineCount(1);
    }

    @Test
    void shouldStopTheMavenWrapperTheSameWay() throws Exception {
        Answer answer = run(repositoryRoot().resolve("mvnw"), null);

        assertThat(answer.status()).isEqualTo(3);
        assertThat(answer.err()).contains("no JDK 25").hasLineCount(1);
    }

    private Answer find(@Nullable Path javaHome) throws Exception {
        return run(repositoryRoot().resolve("cnf/jdk.sh"), javaHome);
    }

    private Answer run(Path script, @Nullable Path javaHome) throws Exception {
        Path err = tree.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(bin.resolve("sh").toString(), script.toString());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", bin.toString());
        environment.put("HOME", tree.resolve("home").toString());
        environment.put("MORAINE_JDK_ROOT", tree.resolve("root").toString());
        if (javaHome != null) {
            environment.put("JAVA_HOME", javaHome.toString());
        }
        Process process = builder.redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(err));
    }

    private static Path jdk(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        for (String tool : new String[] {"java", "javac"}) {
            executable(home.resolve("bin").resolve(tool), "");
        }
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static Path onRealPath(String tool) {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            Path file = Path.of(folder, tool);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IllegalStateException(tool + " is not on the path");
    }

    private static Path repositoryRoot() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("cnf/jdk.sh"))) {
            folder = Objects.requireNonNull(folder.getParent(), "no folder above the test holds cnf/jdk.sh");
        }
        return folder;
    }
}

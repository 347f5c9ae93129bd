package moraine.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code moraine} in a tree with a Maven and a Java that only write down how they were called. */
final class StartScriptTest {
    private static final String MAVEN = """
            #!/bin/sh
            echo "maven $*" >>builds
            echo "much output"
            [ ! -e broken ] || exit 1
            while [ -e hold ]; do :; done
            mkdir -p launcher/target/product/lib launcher/target/product/repo
            """;
    private static final String JAVA = """
            #!/bin/sh
            for argument; do last=$argument; done
            echo "started $last"
            exit 7
            """;

    @TempDir
    Path tree;

    private record Answer(int status, String out, String err) {}

    @BeforeEach
    void makeTree() throws IOException {
        Path real = Path.of("").toAbsolutePath();
        while (!Files.exists(real.resolve("moraine"))) {
            real = Objects.requireNonNull(real.getParent(), "no folder above the test holds the script moraine");
        }
        Files.copy(real.resolve("moraine"), tree.resolve("moraine"), StandardCopyOption.COPY_ATTRIBUTES);
        write("mvnw", MAVEN);
        write("jdk/bin/java", JAVA);
        write("cnf/jdk.sh", "#!/bin/sh\necho '" + tree.resolve("jdk") + "'\n");
        write("launcher/src/main/resources/moraine/launcher/help.txt", "the help\n");
        write("core.api/src/main/java/A.java", "class A {}\n");
        write("core.api/src/test/java/ATest.java", "class ATest {}\n");
        write("bench/src/main/java/B.java", "class B {}\n");
        write("pom.xml", "<project/>\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--help", "-h"})
    void shouldAnswerHelpWithoutJdkAndBuild(String word) throws Exception {
        write("cnf/jdk.sh", "#!/bin/sh\nexit 3\n");

        assertThat(word.isEmpty() ? run() : run(word)).isEqualTo(new Answer(0, "the help\n", ""));
        assertThat(builds()).isEmpty();
    }

    @Test
    void shouldFollowLinksToItself() throws Exception {
        write("links/README", "");
        Files.createDirectories(tree.resolve("links/far"));
        Files.createSymbolicLink(tree.resolve("links/far/moraine"), Path.of("../../moraine"));
        Files.createSymbolicLink(tree.resolve("links/m"), tree.resolve("links/far/moraine"));
        Files.createSymbolicLink(tree.resolve("links/n"), Path.of("m"));

        for (String link : List.of("links/far/moraine", "links/m", "links/n")) {
            assertThat(answer(startScript(link, "compare"))).isEqualTo(new Answer(7, "started compare\n", ""));
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void shouldRunFromAPathWithSpaces() throws Exception {
        Files.createSymbolicLink(tree.resolve("a  link"), Path.of("moraine"));

        assertThat(answer(startScript("a  link", "compare"))).isEqualTo(new Answer(7, "started compare\n", ""));
    }

    @Test
    void shouldSayWhereItCannotBuild() throws Exception {
        write("target", "a file");

        assertThat(run("compare"))
                .isEqualTo(new Answer(
                        3,
                        "",
                        "moraine: " + tree.toRealPath().resolve("target")
                                + " cannot be written, so nothing can be built;"
                                + " make it writable, or build as its owner\n"));
    }

    @Test
    void shouldRefuseAClosedStandardOutput() throws Exception {
        assertThat(closed(">&-"))
                .isEqualTo(new Answer(
                        3, "", "moraine: standard output is closed, so the result would be lost; give it a place\n"));
        assertThat(builds()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<&-", "2>&-", "<&- 2>&-"})
    void shouldDoWithoutTheOtherStreams(String closing) throws Exception {
        assertThat(closed(closing)).isEqualTo(new Answer(7, "started compare\n", ""));
    }

    private Answer closed(String closing) throws IOException, InterruptedException {
        String script = "'" + tree.resolve("moraine") + "' compare " + closing;
        return answer(startProcess(List.of("/bin/sh", "-c", script)));
    }

    @Test
    void shouldEndWithStatus3WithoutJdk() throws Exception {
        write("cnf/jdk.sh", "#!/bin/sh\necho 'moraine: no JDK' >&2\nexit 3\n");

        assertThat(run("compare")).isEqualTo(new Answer(3, "", "moraine: no JDK\n"));
    }

    @Test
    void shouldBuildOnceAndPassTheStatusOn() throws Exception {
        assertThat(run("compare")).isEqualTo(new Answer(7, "started compare\n", ""));
        assertThat(run("a  b")).isEqualTo(new Answer(7, "started a  b\n", ""));

        assertThat(builds()).containsExactly("maven -B -Dquick -pl launcher -am package");
        assertThat(tree.resolve("target/build.log")).hasContent("much output");
    }

    @ParameterizedTest
    @ValueSource(strings = {"core.api/src/main/java/A.java", "pom.xml", "cnf/build.bnd", "sim/src/main/java/New.java"})
    void shouldBuildAgainWhenASourceIsNewer(String source) throws Exception {
        run("compare");

        touchLater(source);
        run("compare");

        assertThat(builds()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"core.api/src/test/java/ATest.java", "bench/src/main/java/B.java", "core.api/target/x.jar"})
    void shouldNotBuildForWhatIsNotInTheProduct(String file) throws Exception {
        run("compare");

        touchLater(file);
        run("compare");

        assertThat(builds()).hasSize(1);
    }

    @Test
    void shouldShowMavensOutputWhenTheBuildFails() throws Exception {
        write("broken", "");

        Answer answer = run("compare");

        assertThat(answer.status()).isEqualTo(3);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err()).startsWith("much output\n").contains("moraine: the build failed");
        Files.delete(tree.resolve("broken"));
        assertThat(run("compare").status()).isEqualTo(7);
        assertThat(builds()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldBuildOnceForTwoAtATime(boolean withFlock) throws Exception {
        if (!withFlock) {
            hideFlock();
        }
        write("hold", "");
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            starts.add(start("compare"));
        }
        awaitFirstBuild();
        assertThat(starts).allMatch(Process::isAlive);
        Files.delete(tree.resolve("hold"));

        for (Process start : starts) {
            assertThat(start.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(start.exitValue()).isEqualTo(7);
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void shouldTakeOverTheLockOfADeadProcess() throws Exception {
        hideFlock();
        Process dead = new ProcessBuilder("sh", "-c", "exit 0").start();
        dead.waitFor();
        write("target/build.lock.d/pid", dead.pid() + "\n");

        assertThat(run("compare").status()).isEqualTo(7);
        assertThat(tree.resolve("target/build.lock.d")).doesNotExist();
    }

    /** A path with all tools the script uses, but flock. */
    private void hideFlock() throws IOException {
        for (String tool : List.of("sh", "dirname", "find", "head", "mkdir", "cat", "rm", "mv", "sleep")) {
            write("bin/" + tool, "#!/bin/sh\nPATH='" + System.getenv("PATH") + "' exec " + tool + " \"$@\"\n");
        }
    }

    private void awaitFirstBuild() throws IOException {
        Instant end = Instant.now().plusSeconds(30);
        while (builds().isEmpty()) {
            assertThat(Instant.now()).as("no build has started").isBefore(end);
            Thread.onSpinWait();
        }
    }

    private void touchLater(String name) throws IOException {
        write(name, "changed\n");
        Files.setLastModifiedTime(
                tree.resolve(name), FileTime.from(Instant.now().plusSeconds(5)));
    }

    private List<String> builds() throws IOException {
        Path builds = tree.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
    }

    private void write(String name, String content) throws IOException {
        Path file = tree.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, content);
        if (content.startsWith("#!")) {
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
    }

    private Process start(String... arguments) throws IOException {
        return startScript("moraine", arguments);
    }

    private Process startScript(String script, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", tree.resolve(script).toString()));
        command.addAll(List.of(arguments));
        return startProcess(command);
    }

    private Process startProcess(List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(Path.of("/").toFile());
        if (Files.isDirectory(tree.resolve("bin"))) {
            builder.environment().put("PATH", tree.resolve("bin").toString());
        }
        return builder.redirectError(tree.resolve("err").toFile()).start();
    }

    private Answer run(String... arguments) throws IOException, InterruptedException {
        return answer(start(arguments));
    }

    private Answer answer(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(tree.resolve("err")));
    }
}

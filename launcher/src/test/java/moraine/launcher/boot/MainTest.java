package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as a process of its own. */
final class MainTest {
    /** For a process to start, to do what it is asked and to end, where others want the same processors. */
    private static final long LIMIT_S = 120;

    @TempDir
    Path folder;

    private Path storages;

    /** A command line that never ends by itself. */
    public static final class WaitingCommandLine implements ToIntFunction<String[]> {
        @Override
        public int applyAsInt(String[] arguments) {
            System.out.println("waiting");
            try {
                new CountDownLatch(1).await();
                return ExitStatus.DONE;
            } catch (InterruptedException e) {
                return ExitStatus.ENVIRONMENT;
            }
        }
    }

    private record Answer(int status, String out, String err) {}

    @BeforeEach
    void makeStorages() throws IOException {
        storages = Files.createDirectory(folder.resolve("tmp"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "help", "--help", "-h"})
    void shouldAnswerHelpWithoutAProduct(String word) throws Exception {
        Answer answer = word.isEmpty() ? run() : run(word);

        assertThat(answer.status()).isZero();
        assertThat(answer.out()).contains("Usage: ./moraine VERB");
        assertThat(answer.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 77})
    void shouldHandOverArgumentsAndStatus(int status) throws Exception {
        product().component("t.cli", "optional", EchoCommandLine.DECLARATION, EchoCommandLine.class);

        assertThat(run("compare", "--csv", "" + status))
                .isEqualTo(new Answer(status, "compare --csv " + status + "\n", ""));
        assertThat(storages).isEmptyDirectory();
    }

    @Test
    void shouldLeaveNothingBehindWhenTerminated() throws Exception {
        product().component("t.cli", "optional", EchoCommandLine.DECLARATION, WaitingCommandLine.class);

        Process process = start("compare");
        try (var out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("waiting");
            assertThat(storages).isNotEmptyDirectory();
            process.destroy();

            assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(storages).isEmptyDirectory();
    }

    @Test
    void shouldEndWithOneLineWithoutACommandLine() throws Exception {
        product().component("t.cli", "optional", "", SettlingTest.Quiet.class);

        assertThat(run("compare"))
                .isEqualTo(new Answer(
                        ExitStatus.ENVIRONMENT,
                        "",
                        "moraine: 0 services match (moraine.cli=main), exactly one is needed; "
                                + "name one bundle with a command line in the features\n"));
        assertThat(storages).isEmptyDirectory();
    }

    @Test
    void shouldEndWithOneLineWithABundleThatDoesNotResolve() throws Exception {
        product().bundle("t.cli", Map.of("Import-Package", "not.there"));

        Answer answer = run("compare");

        assertThat(answer.status()).isEqualTo(ExitStatus.ENVIRONMENT);
        assertThat(answer.err().lines())
                .singleElement()
                .asString()
                .startsWith("moraine: bundle t.cli 1.0.0 does not resolve: ");
        assertThat(storages).isEmptyDirectory();
    }

    @Test
    void shouldReportADefectOfTheCommandLine() throws Exception {
        product().component("t.cli", "optional", EchoCommandLine.DECLARATION, EchoCommandLine.class);

        Answer answer = run("compare", "not a number");

        assertThat(answer.status()).isEqualTo(ExitStatus.ENVIRONMENT);
        assertThat(answer.err()).startsWith("moraine: internal error").contains("NumberFormatException");
    }

    /** A command line that wants more of the heap than there is. */
    public static final class GreedyCommandLine implements ToIntFunction<String[]> {
        @Override
        public int applyAsInt(String[] arguments) {
            var all = new ArrayList<long[]>();
            for (int i = 0; i < 1 << 20; i++) {
                all.add(new long[1 << 27]);
            }
            return all.isEmpty() ? ExitStatus.ENVIRONMENT : ExitStatus.DONE;
        }
    }

    @Test
    void shouldSayInOneLineThatTheHeapIsTooSmall() throws Exception {
        product().component("t.cli", "optional", EchoCommandLine.DECLARATION, GreedyCommandLine.class);

        Answer answer = run("compare");

        assertThat(answer.status()).isEqualTo(ExitStatus.ENVIRONMENT);
        assertThat(answer.err())
                .matches("moraine: a Java heap of \\d+ MiB is too small for this; ask for less, or give more, such as"
                        + " MORAINE_JAVA_OPTIONS=-Xmx8g\n");
    }

    /** A command line that writes a result when its input has ended. */
    public static final class LateCommandLine implements ToIntFunction<String[]> {
        @Override
        public int applyAsInt(String[] arguments) {
            try {
                System.in.readAllBytes();
            } catch (IOException e) {
                return ExitStatus.BAD_INPUT;
            }
            System.out.println("a result");
            return ExitStatus.DONE;
        }
    }

    @Test
    void shouldNotEndWithStatus0WhenItsOutputIsLost() throws Exception {
        product().component("t.cli", "optional", EchoCommandLine.DECLARATION, LateCommandLine.class);

        Process process = start("compare");
        process.getInputStream().close();
        process.getOutputStream().close();

        assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitStatus.ENVIRONMENT);
    }

    private Product product() throws IOException {
        return new Product(folder).feature("base", "", "t.cli").feature("compare", "");
    }

    private Answer run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(folder.resolve("err")));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=deny",
                "-Djava.io.tmpdir=" + storages,
                "-Dmoraine.product=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("err").toFile())
                .start();
    }
}

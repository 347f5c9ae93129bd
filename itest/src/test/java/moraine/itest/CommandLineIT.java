package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import moraine.itest.container.MoraineContainer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user starts it: a process of its own on the bundles that this build has made. */
final class CommandLineIT {
    private static final String[] COMPARE = {
        "compare", "--workload", "vector-add", "--size", "5", "--policies", "ram-only,hmm,cdm", "--json"
    };

    private static final int MOST_ROUNDS = 600;

    @TempDir
    Path folder;

    private Path input;

    private record Answer(int status, String out, String err) {}

    @BeforeEach
    void makeInput() throws IOException {
        input = Files.createFile(folder.resolve("in"));
    }

    @Test
    void shouldGiveTheSameBytesInTwoProcesses() throws Exception {
        Answer first = run(COMPARE);
        Answer second = run(COMPARE);

        assertThat(first.status()).isZero();
        assertThat(first.out()).startsWith("[").contains("ram-only", "hmm", "cdm");
        assertThat(second).isEqualTo(first);
        assertThat(first.err()).isEmpty();
    }

    @Test
    void shouldAnswerBadInputWithOneLine() throws Exception {
        assertThat(run("comapre")).isEqualTo(new Answer(2, "", "moraine: no verb comapre; did you mean compare?\n"));
        assertThat(run("compare", "--trace", "no/such/file"))
                .isEqualTo(new Answer(2, "", "moraine: no/such/file: no such trace; name a file, or sqlite-join\n"));
    }

    @Test
    void shouldKeepOneMachineInTheShell() throws Exception {
        Files.writeString(input, """
                # a workload, another policy, and what became of its pages
                run --live --workload stencil --size 5
                policy use cdm
                nodes

                policy use 'hmm(migratePages=64)'
                policies
                exit
                noeds
                """);

        Answer answer = run("shell");

        assertThat(answer.err()).isEmpty();
        assertThat(answer.status()).isZero();
        assertThat(answer.out())
                .containsSubsequence(
                        "right: ", "new policy", "cdm", "coherent-device", "active as hmm(migratePages=64)");
    }

    @Test
    void shouldEndAShellWithTheHighestStatus() throws Exception {
        Files.writeString(input, "policies\nnoeds\nhelp why\n");

        Answer answer = run("shell");

        assertThat(answer.status()).isEqualTo(2);
        assertThat(answer.err()).isEqualTo("moraine: no verb noeds; did you mean nodes?\n");
        assertThat(answer.out()).contains("active as hmm", "Usage: ./moraine why");
    }

    @Test
    void shouldFilterInTheShellAndNameWhatThereIsNot() throws Exception {
        Files.writeString(input, """
                policies | tail -1
                nodes | grep LPDDR5X
                nodes | grep -c -i lpddr5x
                nodes | head -1
                count=1; echo $count
                count=1; cuont $count
                nodes | tac
                """);

        Answer answer = run("shell");

        assertThat(answer.status()).isEqualTo(2);
        assertThat(answer.out().lines())
                .hasSize(6)
                .endsWith(
                        "2",
                        "profile gh200: Grace Hopper, 480 GB LPDDR5X and 96 GB HBM3, coherent over NVLink-C2C",
                        "1")
                .first()
                .asString()
                .startsWith("ram-only ");
        assertThat(answer.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("moraine: no verb cuont; there are compare, run, nodes, "),
                        line -> assertThat(line)
                                .startsWith("moraine: no verb tac; there are ")
                                .contains("grep"));
    }

    /** A run that was over before its policy could be exchanged is played again, ten times as long. */
    @Test
    void shouldExchangeThePolicyOfARunBehindTheShell() throws Exception {
        int rounds = 6;
        Answer answer = exchangeBehind(rounds);
        while (answer.out().matches("(?ms).*^policy +hmm$.*") && rounds < MOST_ROUNDS) {
            rounds *= 10;
            answer = exchangeBehind(rounds);
        }

        assertThat(answer.err()).isEmpty();
        assertThat(answer.status()).isZero();
        assertThat(answer.out())
                .containsPattern("(?m)^new policy +cdm$")
                .containsPattern("(?m)^space 1 stencil")
                .containsPattern("(?m)^policy +cdm$")
                .contains("right: ");
    }

    private Answer exchangeBehind(int rounds) throws IOException, InterruptedException {
        Files.writeString(input, """
                run --live --workload stencil --size 11 --rounds %d &
                policy use cdm
                spaces
                """.formatted(rounds));
        return run("shell");
    }

    private Answer run(String... arguments) throws IOException, InterruptedException {
        Path product = MoraineContainer.product();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=deny",
                "-Djava.io.tmpdir=" + folder,
                "-Dmoraine.product=" + Objects.requireNonNull(product),
                "-jar",
                product.resolve("lib/moraine.launcher.jar").toString()));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(err));
    }
}

package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.launcher.cli.Session.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CompareTest {
    private static final String[] SMALL = {"compare", "--workload", "vector-add", "--size", "6"};

    private final Session session = new Session();

    @AfterEach
    void close() {
        session.close();
    }

    private Answer compare(String... more) {
        var arguments = new java.util.ArrayList<>(List.of(SMALL));
        arguments.addAll(List.of(more));
        return session.run(arguments.toArray(String[]::new));
    }

    @Test
    void shouldShowEveryPolicyWithASentence() {
        Answer answer = compare();

        assertThat(answer.status()).isZero();
        assertThat(answer.err()).isEmpty();
        assertThat(answer.out())
                .contains("profile", "gh200", "| ram-only ", "| first-touch ", "| hmm ", "| cdm ")
                .containsPattern("(?m)^hmm +\\S.*\\.$")
                .containsPattern("(?m)^cdm +\\S.*\\.$");
    }

    @Test
    void shouldGiveRowsThatDiffer() {
        List<String> figures = compare("--csv")
                .out()
                .lines()
                .skip(1)
                .map(line -> line.replaceAll("\\b(ram-only|first-touch|hmm|cdm)\\b", ""))
                .toList();

        assertThat(figures).hasSize(4).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--csv", "--json"})
    void shouldGiveTheSameBytesTwiceAndNothingElse(String format) {
        Answer first = compare(format);
        Answer second = compare(format);

        assertThat(first.status()).isZero();
        assertThat(first.err()).isEmpty();
        assertThat(first.out()).isNotEmpty().isEqualTo(second.out());
        assertThat(first.out()).startsWith(format.equals("--json") ? "[" : "");
    }

    @Test
    void shouldTakePoliciesWithParameters() {
        Answer answer = compare("--policies", "hmm(migratePages=1,bringBackPages=1),hmm", "--csv");

        assertThat(answer.status()).isZero();
        assertThat(answer.out().lines()).hasSize(3);
        assertThat(answer.out()).contains("hmm(bringBackPages=1,migratePages=1)".substring(0, 4));
    }

    @Test
    void shouldTakeSizesOfDeviceMemory() {
        assertThat(compare("--device-memory", "8MiB", "--policies", "hmm").out())
                .contains("to 8 MiB");
        assertThat(compare("--device-memory", "25%", "--policies", "hmm").status())
                .isZero();
    }

    @Test
    void shouldRefuseAPolicyThatThereIsNot() {
        Answer answer = compare("--policies", "hmmm");

        assertThat(answer.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err().lines()).singleElement().asString().contains("hmmm", "hmm");
    }

    @Test
    void shouldRunOneWorkloadInModelledTime() {
        Answer answer = session.run("run", "--workload", "stencil", "--size", "6", "--policy", "cdm");

        assertThat(answer.status()).isZero();
        assertThat(answer.out())
                .contains("modelled time", "right: ")
                .containsPattern("(?m)^policy +cdm$")
                .containsPattern("(?m)^explanation +\\S");
    }

    @Test
    void shouldReplayATraceWithActors() {
        Answer answer = session.run("run", "--trace", "sqlite-join", "--actors", "cpu:0-99,gpu0:99-100");

        assertThat(answer.status()).isZero();
        assertThat(answer.out()).contains("references were completed");
    }
}

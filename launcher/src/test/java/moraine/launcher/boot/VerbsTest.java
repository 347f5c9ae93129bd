package moraine.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VerbsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "compare                      | base compare",
                "compare --live               | base compare",
                "nodes                        | base compare",
                "run --workload vector        | base compare",
                "run --workload vector --live | base compare live",
                "policy use cdm               | base compare live",
                "no-such-verb                 | base compare",
                "shell                        | base compare live shell"
            })
    void shouldChooseTheFeaturesOfAVerb(String line, String features) {
        assertThat(new Verbs().features(line.split(" +", -1))).isEqualTo(List.of(features.split(" ", -1)));
    }
}

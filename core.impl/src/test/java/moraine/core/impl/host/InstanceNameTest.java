package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InstanceNameTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hmm|hmm",
                " cdm |cdm",
                "cdm()|cdm",
                "cdm(isolation=cpuset)|cdm(isolation=cpuset)",
                "cdm( b = 2 , a=1 )|cdm(a=1,b=2)",
                "a.b-c_1(x=)|a.b-c_1(x=)"
            })
    void shouldReadAndWriteNames(String text, String written) {
        assertThat(InstanceName.parse(text)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "(a=1)", "cdm(a=1", "cdm(a)", "cdm(=1)", "cdm(a=1,a=2)", "c d", "cdm)a=1(", "cdm(a=1)x"})
    void shouldSayWhatIsWrong(String text) {
        assertThatThrownBy(() -> InstanceName.parse(text))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .hasMessageStartingWith("instance name '" + text + "' ")
                .hasMessageEndingWith("; write family or family(key=value,...)");
    }

    @Test
    void shouldNameTheKeyThatIsGivenTwice() {
        assertThatThrownBy(() -> InstanceName.parse("x(k=1,k=2)")).hasMessageContaining("gives k twice, first 1");
    }
}

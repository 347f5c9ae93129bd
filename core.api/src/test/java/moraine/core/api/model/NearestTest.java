package moraine.core.api.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestTest {
    private static final List<String> VERBS = List.of(
            "compare",
            "run",
            "nodes",
            "spaces",
            "pages",
            "why",
            "policies",
            "policy",
            "daemons",
            "parameters",
            "tunables",
            "shell",
            "help");

    @ParameterizedTest
    @CsvSource({
        "comapre,compare",
        "comp,compare",
        "compares,compare",
        "node,nodes",
        "page,pages",
        "hwy,why",
        "polices,policies",
        "polciy,policy",
        "rn,run",
        "RUN,run",
        "Polices,policies",
    })
    void shouldFindWhatWasMeant(String word, String verb) {
        assertThat(Nearest.of(word, VERBS)).hasValue(verb);
    }

    @ParameterizedTest
    @CsvSource({"xyzzy", "frobnicate", "sql", "''", "' '"})
    void shouldNotGuessFromAfar(String word) {
        assertThat(Nearest.of(word, VERBS)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,acb,1", "abc,ab,1", "abc,abcd,1", "abc,axc,1", "'',abc,3", "abcdef,badcfe,3"})
    void shouldCountEdits(String a, String b, int edits) {
        assertThat(Nearest.distance(a, b)).isEqualTo(edits);
        assertThat(Nearest.distance(b, a)).isEqualTo(edits);
    }

    @Test
    void shouldListTheNamesWhenNoneIsNear() {
        assertThat(Nearest.hint("zz", List.of("hmm", "cdm"))).isEqualTo("; there are hmm, cdm");
        assertThat(Nearest.hint("hm", List.of("hmm", "cdm"))).isEqualTo("; did you mean hmm?");
        assertThat(Nearest.hint("hm", List.of())).isEqualTo("; there is none, so install a bundle that brings one");
    }
}

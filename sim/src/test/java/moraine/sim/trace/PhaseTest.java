package moraine.sim.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PhaseTest {
    private static final List<String> DEVICES = List.of("gpu0");

    @Test
    void shouldDivideAllReferences() {
        List<Phase> phases = Phase.parse("cpu:0-40,gpu0:40-70.5, cpu:70.5-100", DEVICES);
        assertThat(phases).hasToString("[cpu:0-40, gpu0:40-70.5, cpu:70.5-100]");
        assertThat(phases.getFirst().first(7)).isZero();
        assertThat(phases.getFirst().end(7)).isEqualTo(phases.get(1).first(7)).isEqualTo(3);
        assertThat(phases.getLast().end(7)).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cpu:0-50,gpu0:40-100  | gpu0:40-100 overlaps the one before, which ends at 50; begin there
            cpu:0-40,gpu0:50-100  | gpu0:50-100 leaves a gap at 40; begin there
            cpu:0-40              | phases end at 40; let the last one end at 100
            gpu7:0-100            | phase gpu7:0-100 names gpu7, which is no actor here; there is cpu and gpu0
            cpu:0-0,cpu:0-100     | phase cpu:0-0 is empty
            cpu:0-abc             | phase "cpu:0-abc" has "abc" for a percentage
            cpu:0-150             | phase "cpu:0-150" has "150" for a percentage
            cpu                   | phase "cpu" cannot be read
            cpu:0-100,            | phase "" cannot be read
            """)
    void shouldRefuseWithARemedy(String text, String message) {
        assertThatThrownBy(() -> Phase.parse(text, DEVICES))
                .hasMessageStartingWith(message)
                .extracting(e -> ((MoraineException) e).errno())
                .isEqualTo(Errno.EINVAL);
    }
}

package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MoraineException;
import moraine.testkit.hmm.Subject;
import moraine.testkit.hmm.Suite;
import moraine.testkit.hmm.Variant;
import moraine.testkit.suite.Outcome;
import moraine.testkit.suite.Trial;
import org.junit.jupiter.api.Test;

/** The suite with a subject that does not keep to what it is asked for. */
final class WrongSubjectTest {
    @Test
    void shouldCloseAMachineThatHasTooManyDevices() {
        var real = new GpuSubject(new GpuProvider());
        List<Machine> made = new ArrayList<>();
        Subject subject = (_, policy) -> {
            Machine machine = real.machine(Variant.PRIVATE_PAIR, policy);
            made.add(machine);
            return machine;
        };
        Trial trial = Suite.trials(subject).getFirst();
        Outcome outcome = trial.run();

        assertThat(trial.variant()).isEqualTo("private");
        assertThat(outcome.failure()).hasMessage("the machine has devices [gpu0, gpu1], the variant needs 1");
        assertThat(made)
                .singleElement()
                .satisfies(machine -> assertThatThrownBy(() -> machine.openSpace("late"))
                        .isInstanceOf(MoraineException.class)
                        .hasMessageContaining("closed"));
    }
}

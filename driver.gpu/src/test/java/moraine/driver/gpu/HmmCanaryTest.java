package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.DeviceSpec;
import moraine.testkit.hmm.Subject;
import moraine.testkit.hmm.Suite;
import moraine.testkit.suite.Outcome;
import moraine.testkit.suite.Trial;
import org.junit.jupiter.api.Test;

/** The suite finds out a driver whose kernels bypass the device's table. */
final class HmmCanaryTest {
    private static final AtomicReference<Machine> MACHINE = new AtomicReference<>();

    @Test
    void shouldFindOutABypass() {
        List<Outcome> outcomes = Trial.run(Suite.trials(bypassing()), _ -> {});
        var passed =
                outcomes.stream().filter(Outcome::passed).map(Outcome::scenario).collect(Collectors.toSet());
        var failed = outcomes.stream()
                .filter(outcome -> !outcome.passed())
                .map(Outcome::scenario)
                .collect(Collectors.toSet());
        assertThat(failed)
                .contains("anon_read", "anon_write", "anon_write_prot", "anon_write_child", "migrate_fault")
                .contains("double_map", "exclusive");
        assertThat(failed).hasSizeGreaterThan(passed.size());
    }

    private static Subject bypassing() {
        DriverProvider cheat = new DriverProvider() {
            @Override
            public DeviceDriver create(DriverContext context, DeviceSpec device) {
                return new BypassingDriver(context, GpuSettings.of(device.parameters()), MACHINE::get);
            }
        };
        var subject = new GpuSubject(cheat);
        return (variant, policy) -> {
            Machine machine = subject.machine(variant, policy);
            MACHINE.set(machine);
            return machine;
        };
    }
}

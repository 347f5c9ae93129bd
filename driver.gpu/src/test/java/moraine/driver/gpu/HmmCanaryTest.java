package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

/** The suite finds out drivers whose kernels bypass the device's table, by what it asserts, and no honest one. */
final class HmmCanaryTest {
    private static final Set<String> FAULTING =
            Set.of("anon_read", "anon_write", "anon_write_prot", "anon_write_child", "double_map");
    /** All that must be found out, with what is asserted where. */
    private static final Map<String, Consumer<Throwable>> FOUND = found();

    /** A driver that is told its machine, which an honest one has no use for. */
    private interface Making {
        DeviceDriver make(DriverContext context, DeviceSpec device, Supplier<Machine> machine);
    }

    private static Map<String, Consumer<Throwable>> found() {
        var found = new HashMap<String, Consumer<Throwable>>();
        FAULTING.forEach(name -> found.put(name, HmmCanaryTest::neverFaulted));
        found.put("migrate_fault", HmmCanaryTest::leftTheDevice);
        found.put("exclusive", HmmCanaryTest::isTheCpusAgain);
        return Map.copyOf(found);
    }

    @Test
    void shouldFindOutABypass() {
        List<Outcome> outcomes = Trial.run(Suite.trials(subject(HmmCanaryTest::bypassing)), _ -> {});
        assertThat(names(outcomes, false))
                .containsAll(FOUND.keySet())
                .hasSizeGreaterThan(names(outcomes, true).size());
        assertThat(of("open_close", outcomes)).hasSize(2).allMatch(Outcome::passed);
        FOUND.forEach((name, demand) ->
                assertThat(failures(name, outcomes)).as(name).isNotEmpty().allSatisfy(demand));
    }

    /** It asks for what it does not use, so nothing is wrong with its faults: only pages are where they must not be. */
    @Test
    void shouldFindOutABypassThatFaults() {
        List<Outcome> outcomes = run(
                subject(HmmCanaryTest::announcing), Set.of("anon_read", "migrate_fault", "double_map", "exclusive"));
        assertThat(of("anon_read", outcomes)).hasSize(2).allMatch(Outcome::passed);
        assertThat(failures("migrate_fault", outcomes)).singleElement().satisfies(HmmCanaryTest::leftTheDevice);
        assertThat(failures("double_map", outcomes)).singleElement().satisfies(HmmCanaryTest::leftTheDevice);
        assertThat(failures("exclusive", outcomes)).hasSize(2).allSatisfy(HmmCanaryTest::isTheCpusAgain);
    }

    @Test
    void shouldPassAnHonestDriver() {
        Making honest = (context, device, _) -> new GpuProvider().create(context, device);
        List<Outcome> outcomes = run(subject(honest), FOUND.keySet());
        assertThat(outcomes).extracting(Outcome::failure).containsOnlyNulls();
        assertThat(names(outcomes, true)).isEqualTo(FOUND.keySet());
    }

    /** It did what was asked, and no range of the device was served for it. */
    private static void neverFaulted(Throwable failure) {
        assertThat(failure).isInstanceOf(AssertionError.class);
        assertThat(failure.getMessage()).containsPattern("but was: Reply\\[errno=OK, pages=\\d+, faults=0]");
    }

    /** The pages moved, were there, and are no longer after what was to read them there. */
    private static void leftTheDevice(Throwable failure) {
        assertThat(failure)
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("[MIGRATE_TO_DEV]", "but was: Reply[errno=ENOENT,");
    }

    private static void isTheCpusAgain(Throwable failure) {
        assertThat(failure)
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("[CHECK_EXCLUSIVE]", "expected: EPERM", "but was: OK");
    }

    private static List<Outcome> run(Subject subject, Set<String> scenarios) {
        List<Trial> trials = Suite.trials(subject).stream()
                .filter(trial -> scenarios.contains(trial.scenario()))
                .toList();
        return Trial.run(trials, _ -> {});
    }

    private static Set<String> names(List<Outcome> outcomes, boolean passed) {
        return outcomes.stream()
                .filter(outcome -> outcome.passed() == passed)
                .map(Outcome::scenario)
                .collect(Collectors.toSet());
    }

    private static List<Outcome> of(String scenario, List<Outcome> outcomes) {
        return outcomes.stream()
                .filter(outcome -> outcome.scenario().equals(scenario))
                .toList();
    }

    private static List<? extends Throwable> failures(String scenario, List<Outcome> outcomes) {
        return of(scenario, outcomes).stream()
                .filter(outcome -> !outcome.passed())
                .map(Outcome::failure)
                .toList();
    }

    private static DeviceDriver bypassing(DriverContext context, DeviceSpec device, Supplier<Machine> machine) {
        return new BypassingDriver(context, GpuSettings.of(device.parameters()), machine);
    }

    private static DeviceDriver announcing(DriverContext context, DeviceSpec device, Supplier<Machine> machine) {
        return AnnouncingDriver.of(new GpuProvider().create(context, device), machine);
    }

    private static Subject subject(Making making) {
        var current = new AtomicReference<Machine>();
        DriverProvider provider = new DriverProvider() {
            @Override
            public DeviceDriver create(DriverContext context, DeviceSpec device) {
                return making.make(context, device, current::get);
            }
        };
        var subject = new GpuSubject(provider);
        return (variant, policy) -> {
            Machine machine = subject.machine(variant, policy);
            current.set(machine);
            return machine;
        };
    }
}

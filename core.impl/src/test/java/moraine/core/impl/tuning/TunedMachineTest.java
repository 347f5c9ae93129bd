package moraine.core.impl.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Tunable;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Point;
import moraine.core.api.time.Points;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.cache.DeviceMachines;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.space.SpaceImpl;
import moraine.testkit.HandsOn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What values of tunables do to a machine of 8 MiB of RAM and a device of 256 pages. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TunedMachineTest {
    private static final int DEVICE_PAGES = 256;

    @TempDir
    private Path directory;

    private static TestMachine machine(Environment environment, Parameters tuning) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        providers.policies().add("hidden", new TestPolicyProvider(TestPolicy.Kind.HIDDEN), "test.hidden 1.0", 0);
        var profile =
                TestProfiles.devices(8L << 20, (long) DEVICE_PAGES * Pages.SIZE, 1, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, "hidden(window=1)").withTuning(tuning);
        return TestMachine.create(spec, providers, environment);
    }

    private static TestMachine machine(String name, long value) {
        return machine(new VirtualEnvironment(), Parameters.NONE.with(name, Long.toString(value)));
    }

    /** Writes pages by CPU, adds them up on the device, a page a step. */
    private static long sum(TestMachine under, AddressSpace space, int pages) {
        long at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
        try (CpuContext cpu = space.attach(0)) {
            for (int page = 0; page < pages; page++) {
                cpu.putLong(at + (long) page * Pages.SIZE, page);
            }
        }
        var next = new AtomicInteger();
        DeviceMachines.run(under, space, memory -> {
            long word = memory.getLong(at + (long) next.get() * Pages.SIZE);
            memory.putLong(at + 8, memory.getLong(at + 8) + word);
            return next.incrementAndGet() < pages;
        });
        try (CpuContext cpu = space.attach(0)) {
            return cpu.getLong(at + 8);
        }
    }

    private long readFile(TestMachine under, int pages) throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[pages * Pages.SIZE]);
        AddressSpace space = under.machine().openSpace("reader");
        var file = under.machine().openFile(path, true);
        long at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE).shared(), file, 0);
        try (CpuContext cpu = space.attach(0)) {
            cpu.putLong(at, 1);
        }
        file.sync();
        return under.machine().counter("file.read.pages");
    }

    private static Parameters each(ToLongFunction<Tunable> value) {
        return new Parameters(Tuning.USUAL.tunables().stream()
                .collect(Collectors.toMap(Tunable::name, tunable -> Long.toString(value.applyAsLong(tunable)))));
    }

    @Test
    void shouldWorkWithTheLeastOfEach() throws IOException {
        shouldWork(each(Tunable::least));
    }

    @Test
    void shouldWorkWithTheMostOfEach() throws IOException {
        shouldWork(each(Tunable::most));
    }

    private void shouldWork(Parameters tuning) throws IOException {
        try (var under = machine(new VirtualEnvironment(), tuning)) {
            int pages = 2 * DEVICE_PAGES;
            assertThat(sum(under, under.machine().openSpace("s"), pages)).isEqualTo(pages * (pages - 1L) / 2);
            assertThat(readFile(under, 4)).isPositive();
            assertThat(under.machine().tunables().stream()
                            .collect(Collectors.toMap(Tunable::name, tunable -> Long.toString(tunable.value()))))
                    .isEqualTo(tuning.values());
            assertThat(under.machine().check()).isEmpty();
        }
    }

    @Test
    void shouldRefuseAMachineThatIsTunedWrongly() {
        assertThatThrownBy(() -> machine("thrash.naps", 0))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .hasMessageContaining("thrash.naps=0");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "16, 2", "64, 4", "512, 4"})
    void shouldReadAFileAhead(long most, long read) throws IOException {
        try (var under = machine("cache.readahead", most)) {
            assertThat(readFile(under, 20)).isEqualTo(read);
        }
    }

    @Test
    void shouldServeFaultsInBatchesOfThatSize() {
        try (var under = machine("fault.batch", 1)) {
            sum(under, under.machine().openSpace("s"), 16);
            assertThat(under.machine().counter("device.batches"))
                    .isEqualTo(under.machine().counter("device.faults"));
        }
    }

    @Test
    void shouldRememberSoManyEvents() {
        try (var under = machine("events.kept", 5)) {
            sum(under, under.machine().openSpace("s"), 64);
            assertThat(under.machine().events()).hasSize(5);
        }
    }

    @ParameterizedTest
    @CsvSource({"10, 16", "1000, 204"})
    void shouldPlaceWatermarks(long scale, long min) {
        try (var under = machine("watermark.scale", scale)) {
            assertThat(under.machine().nodes().getFirst())
                    .satisfies(node -> assertThat(node.pages()).isEqualTo(2048))
                    .satisfies(node -> assertThat(node.minPages()).isEqualTo(min))
                    .satisfies(node -> assertThat(node.highPages()).isEqualTo(3 * min));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 6", "4, 3", "64, 1"})
    void shouldRepeatARangeFaultSoOften(long tries, long batches) {
        var time = new Disturbed(10);
        try (var under = machine(time, Parameters.NONE.with("range.tries", Long.toString(tries)))) {
            var space = (SpaceImpl) under.machine().openSpace("s");
            long at = space.mmap(MapRequest.anonymous(Pages.SIZE));
            time.disturb = () -> {
                space.notifiers().start(Notifiers.Event.PROTECTION, at, at + Pages.SIZE);
                space.notifiers().end();
            };
            DeviceMachines.run(under, space, memory -> {
                memory.putLong(at, 1);
                return false;
            });
            assertThat(under.machine().counter("device.retries")).isEqualTo(10);
            assertThat(under.machine().counter("device.batches")).isEqualTo(batches);
            assertThat(under.machine().check()).isEmpty();
        }
    }

    /** Virtual time in which a number of ranges are announced to be void just after a device has read them. */
    private static final class Disturbed extends HandsOn {
        private int left;
        Runnable disturb = () -> {};

        Disturbed(int times) {
            super(new VirtualEnvironment());
            left = times;
        }

        @Override
        public Points points() {
            return point -> {
                if (point == Point.RANGE_READ && left > 0) {
                    left--;
                    disturb.run();
                }
            };
        }
    }
}

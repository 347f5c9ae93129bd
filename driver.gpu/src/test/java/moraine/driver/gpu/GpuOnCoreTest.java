package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.time.Environment;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The driver under the real core, in wall-clock and in virtual time, without a policy. */
final class GpuOnCoreTest {
    private static final MachineProfile PROFILE = Profiles.load("gh200");
    private static final long WAIT_NS = 60_000_000_000L;
    private static final int GPU = 1;
    private static final long MINUTE_NS = 60_000_000_000L;
    /** Of the usual limits those that count faults; a busy machine must not make a plug-in late. */
    private static final Limits LIMITS = Limits.DEFAULT.within(MINUTE_NS);

    private final MachineFactoryImpl factory = new MachineFactoryImpl(providers(), LIMITS);

    @AfterEach
    void close() {
        factory.close();
    }

    @Test
    void shouldServeLargeBatchesAndLoseNothingOfAnOverflow() {
        Machine machine = machine(wallClock(), "faults", "128", "workers", "2");
        var work = Work.on(machine, 2048);
        work.fill();
        work.launch().await(WAIT_NS);
        assertThat(work.wrong()).isZero();
        assertThat(largestBatch(machine)).isGreaterThan(64);
        assertThat(machine.counter("device.gpu0.blocks")).isEqualTo(1024);
        assertThat(machine.check()).isEmpty();
    }

    @Test
    void shouldRunTheSameWayEveryTimeInVirtualTime() {
        List<String> first = virtualRun();
        assertThat(virtualRun()).isEqualTo(first);
    }

    private List<String> virtualRun() {
        Environment time = new VirtualEnvironment(PROFILE, Map.of(), 7);
        Machine machine = machine(time);
        var works =
                Stream.of(1024, 512, 300).map(pages -> Work.on(machine, pages)).toList();
        works.forEach(Work::fill);
        List<Launch> launches = works.stream().map(Work::launch).toList();
        launches.forEach(launch -> launch.await(WAIT_NS));
        assertThat(works).allSatisfy(work -> assertThat(work.wrong()).isZero());
        assertThat(largestBatch(machine)).isGreaterThan(192);
        assertThat(machine.counter("device.gpu0.faults.overflow"))
                .isPositive()
                .isEqualTo(overflows(machine).stream().mapToLong(Event::pages).sum());
        assertThat(overflows(machine)).allSatisfy(event -> {
            assertThat(event.initiator()).isEqualTo(GPU);
            assertThat(works).anyMatch(work -> work.holds(event.space(), event.address()));
        });
        assertThat(machine.check()).isEmpty();
        var trace = Stream.concat(machine.counters().stream(), machine.events().stream())
                .map(Object::toString)
                .filter(line -> !line.contains("Time spent"))
                .toList();
        long endNs = time.clock().nowNs();
        machine.close();
        return Stream.concat(trace.stream(), Stream.of("end " + endNs)).toList();
    }

    @Test
    void shouldCountRemoteMemory() {
        Machine machine = machine(wallClock(), "threshold", "64");
        var work = Work.on(machine, 1024);
        work.fill();
        work.launch().await(WAIT_NS);
        machine.environment().actors().await(() -> reported(machine) > 0, WAIT_NS);
        assertThat(reported(machine)).isPositive();
    }

    private static long reported(Machine machine) {
        return machine.counters().stream()
                .filter(counter -> counter.name().equals("device.gpu0.counters.reported"))
                .mapToLong(counter -> counter.value())
                .sum();
    }

    /** With one worker: another may run a block on, and end the launch, before a fault of it is counted. */
    @Test
    void shouldFaultOnceForAnAnnouncedRange() {
        Machine machine = machine(wallClock(), "workers", "1");
        var work = Work.on(machine, 600);
        work.fill();
        machine.device("gpu0")
                .launch(work.space, OneBlock.of(memory -> {
                    memory.prefault(work.address, 600L * Pages.SIZE, Intent.WRITE);
                    return false;
                }))
                .await(WAIT_NS);
        assertThat(machine.counter("device.gpu0.faults")).isOne();
        assertThat(machine.counter("device.ranges")).isOne();
        assertThat(machine.counter("device.faults")).isEqualTo(600);
        Launch beyond = machine.device("gpu0").launch(work.space, OneBlock.of(memory -> {
            memory.prefault(work.address, 601L * Pages.SIZE, Intent.READ);
            return false;
        }));
        assertThatThrownBy(() -> beyond.await(WAIT_NS))
                .hasMessageContaining("cannot read 0x" + Long.toHexString(work.address + 600L * Pages.SIZE));
        assertThat(machine.check()).isEmpty();
    }

    @Test
    void shouldFailTheLaunchThatGoesBeyondItsMapping() {
        Machine machine = machine(wallClock());
        var work = Work.on(machine, 64);
        work.fill();
        Launch beyond = machine.device("gpu0").launch(work.space, OneBlock.of(memory -> {
            memory.getLong(work.address + 128L * Pages.SIZE * 64);
            return false;
        }));
        Launch within = work.launch();
        assertThatThrownBy(() -> beyond.await(WAIT_NS))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT))
                .hasMessageContaining("block 0 of 1 cannot read 0x");
        within.await(WAIT_NS);
        assertThat(work.wrong()).isZero();
    }

    @Test
    void shouldEndLaunchesWithTheirSpaceAndWithTheMachine() {
        Machine machine = machine(wallClock());
        var first = Work.on(machine, 64);
        var second = Work.on(machine, 64);
        List<Launch> endless = Stream.of(first, second).map(Work::endless).toList();
        first.space.close();
        assertThatThrownBy(() -> endless.getFirst().await(WAIT_NS))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
        assertThat(endless.getLast().done()).isFalse();
        assertThat(machine.check()).isEmpty();
        machine.close();
        assertThatThrownBy(() -> endless.getLast().await(WAIT_NS)).isInstanceOf(MoraineException.class);
    }

    @Test
    void shouldGoOnWhilePagesAreTakenAway() {
        Machine machine = machine(wallClock(), "workers", "3");
        List<Work> works =
                IntStream.range(0, 3).mapToObj(_ -> Work.on(machine, 600)).toList();
        works.forEach(Work::fill);
        for (int round = 0; round < 5; round++) {
            List<Launch> launches = works.stream().map(Work::launch).toList();
            for (Work work : works) {
                work.space.fork("child").close();
                work.fill();
            }
            launches.forEach(launch -> launch.await(WAIT_NS));
            assertThat(works).allSatisfy(work -> assertThat(work.wrong()).isZero());
        }
        assertThat(machine.check()).isEmpty();
    }

    private static long largestBatch(Machine machine) {
        return machine.events().stream()
                .filter(event -> event.kind() == Event.Kind.DEVICE_FAULT_BATCH)
                .mapToLong(Event::pages)
                .max()
                .orElse(0);
    }

    private static List<Event> overflows(Machine machine) {
        return machine.events().stream()
                .filter(event -> event.kind() == Event.Kind.FAULT_BUFFER_OVERFLOW)
                .toList();
    }

    private static Providers providers() {
        var providers = new Providers();
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu test", 0);
        return providers;
    }

    private Environment wallClock() {
        return factory.wallClock(new JvmThreads(), 1);
    }

    private Machine machine(Environment environment, String... parameters) {
        Parameters values = Parameters.NONE.with("coherent", "true");
        for (int i = 0; i < parameters.length; i += 2) {
            values = values.with(parameters[i], parameters[i + 1]);
        }
        TopologyProfile topology = PROFILE.topology();
        var spec = MachineSpec.of(topology, MachineSpec.LAST_RESORT)
                .withDevices(List.of(new DeviceSpec("gpu0", "gpu", GPU, values)))
                .withCapacities(Map.of(0, 256L << 20, GPU, 64L << 20))
                .withBacking(Backing.BYTES);
        return factory.create(spec, environment);
    }

    /** A range of a space of its own that a {@link TripleKernel} works on, with a copy of what it should hold. */
    private record Work(
            Machine machine, AddressSpace space, long address, int pages, TripleKernel kernel, MemorySegment copy) {
        static Work on(Machine machine, int pages) {
            AddressSpace space = machine.openSpace("space of " + pages);
            long address = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
            MemorySegment copy = MemorySegment.ofArray(new long[pages * Pages.SIZE / Long.BYTES]);
            var kernel = new TripleKernel(address, pages, copy, 0, pages / 2, 1).prepare();
            return new Work(machine, space, address, pages, kernel, copy);
        }

        boolean holds(int spaceId, long at) {
            return space.id() == spaceId && address <= at && at < address + (long) pages * Pages.SIZE;
        }

        void fill() {
            try (CpuContext cpu = space.attach(0)) {
                for (int page = 0; page < pages / 2; page++) {
                    cpu.write(address + (long) page * Pages.SIZE, window(page));
                }
            }
        }

        Launch launch() {
            return machine.device("gpu0").launch(space, kernel);
        }

        Launch endless() {
            return machine.device("gpu0").launch(space, new OneBlock("endless", 8, memory -> {
                memory.putLong(address, 1);
                return true;
            }));
        }

        long wrong() {
            try (CpuContext cpu = space.attach(0)) {
                for (int page = pages / 2; page < pages; page++) {
                    cpu.read(address + (long) page * Pages.SIZE, window(page));
                }
            }
            return kernel.wrong();
        }

        private MemorySegment window(int page) {
            return copy.asSlice((long) page * Pages.SIZE, Pages.SIZE);
        }
    }
}

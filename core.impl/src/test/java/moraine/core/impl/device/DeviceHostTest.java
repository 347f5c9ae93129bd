package moraine.core.impl.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Stream;
import moraine.core.api.host.WorkerAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.FakeDriver;
import moraine.core.impl.plugins.FakePolicy;
import moraine.core.impl.plugins.Kernels;
import moraine.core.impl.plugins.Leaps;
import moraine.core.impl.plugins.Patience;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class DeviceHostTest {
    private static final long LONG_NS = 30_000_000_000L;
    private static final Limits LIMITS = Patience.LIMITS;
    private static final int PAGES = 40;

    private final Leaps clock = new Leaps();
    private final Environment environment = clock.environment();
    private final Providers providers = new Providers();
    private final MachineFactoryImpl factory = new MachineFactoryImpl(providers, LIMITS);
    private final FakeDriver.Provider driver = new FakeDriver.Provider();
    private final FakePolicy.Provider policy = new FakePolicy.Provider();

    DeviceHostTest() {
        providers.drivers().add("fake", driver, "test.fake 1.0", 0);
        providers.policies().add("hidden", policy, "test.hidden 1.0", 0);
    }

    @AfterEach
    void close() {
        factory.close();
    }

    private Machine machine() {
        return factory.create(Shapes.full("hidden", Backing.BYTES), environment);
    }

    private static void refused(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void shouldShowTheDevice() {
        Machine machine = machine();

        assertThat(machine.devices())
                .singleElement()
                .returns("dev0", DeviceInfo::name)
                .returns("test.fake 1.0", DeviceInfo::driver)
                .returns(Shapes.DEVICE, DeviceInfo::node)
                .returns(Shapes.DEVICE_BYTES / 4096, DeviceInfo::pages)
                .satisfies(info -> assertThat(info.capabilities().coherent()).isTrue());
        assertThat(machine.nodes().get(1))
                .returns("dev0", NodeInfo::device)
                .returns(Shapes.DEVICE_BYTES / 4096, NodeInfo::pages)
                .satisfies(node -> assertThat(node.type().name()).isEqualTo("test-private"));
        refused(Errno.ENOENT, () -> machine.device("gpu7"));
    }

    @Test
    void shouldRunKernelsThatFault() {
        Machine machine = machine();
        AddressSpace space = machine.openSpace("s");
        long address = space.mmap(MapRequest.anonymous(PAGES * 4096L));
        try (CpuContext cpu = space.attach(Shapes.RAM)) {
            cpu.putLong(address, 41);
            Stream stream = machine.device("dev0").stream(space);
            Launch first = stream.launch(Kernels.increment(address, PAGES));
            Launch second = stream.launch(Kernels.increment(address, PAGES));
            second.await(LONG_NS);

            assertThat(first.done()).isTrue();
            assertThat(cpu.getLong(address)).isEqualTo(43);
            assertThat(cpu.getLong(address + (PAGES - 1) * 4096L)).isEqualTo(2);
        }
        assertThat(machine.counter("device.dev0.launches")).isEqualTo(2);
        assertThat(machine.check()).isEmpty();
        assertThat(driver.last().calls).contains("attach " + space.id());
    }

    @Test
    void shouldRecordAnOverflowOfTheFaultBuffer() {
        Machine machine = machine();

        driver.last().context.faultBufferOverflowed(7, 0x3000, 12);

        assertThat(machine.events())
                .filteredOn(event -> event.kind() == Event.Kind.FAULT_BUFFER_OVERFLOW)
                .singleElement()
                .returns(Shapes.DEVICE, Event::initiator)
                .returns(7, Event::space)
                .returns(0x3000L, Event::address)
                .returns(12L, Event::pages)
                .returns("-", Event::cause);
        machine.close();
        refused(Errno.EBADF, () -> driver.last().context.faultBufferOverflowed(7, 0x3000, 1));
    }

    @Test
    void shouldCountAWorkersRemoteAccessesBySamples() {
        assertThat(counted(machine(), Shapes.DEVICE)).isZero();
        Machine leaving = factory.create(Shapes.full(MachineSpec.LAST_RESORT, Backing.BYTES), environment);
        assertThat(counted(leaving, Shapes.RAM)).isBetween(9_900L, 10_000L);
    }

    /** Has a worker read a page 10,000 times. @return how many were counted as remote */
    private long counted(Machine machine, int node) {
        AddressSpace space = machine.openSpace("s");
        long address = space.mmap(MapRequest.anonymous(4096));
        machine.device("dev0").launch(space, Kernels.increment(address, 1)).await(LONG_NS);
        assertThat(space.why(address).node()).isEqualTo(node);
        var counted = new AtomicLong();
        WorkerAccess worker = driver.last()
                .context
                .workerAccess(space.id(), (_, _) -> {}, (at, n) -> counted.addAndGet(at == address ? n : 0));
        worker.enter();
        for (int i = 0; i < 10_000; i++) {
            worker.memory().getLong(address);
        }
        worker.leave();
        refused(Errno.EBADF, () -> worker.memory().getLong(address));
        refused(Errno.EPERM, () -> worker.memory().close());
        worker.release();
        return counted.get();
    }

    @Test
    void shouldRunKernelsInVirtualTime() {
        Machine machine = factory.create(Shapes.full("hidden", Backing.BYTES), new VirtualEnvironment());
        AddressSpace space = machine.openSpace("s");
        long address = space.mmap(MapRequest.anonymous(PAGES * 4096L));

        machine.device("dev0").launch(space, Kernels.increment(address, PAGES)).await(LONG_NS);

        try (CpuContext cpu = space.attach(Shapes.RAM)) {
            assertThat(cpu.getLong(address + 4096)).isEqualTo(1);
        }
        assertThat(machine.check()).isEmpty();
    }

    @Test
    void shouldFailALaunchWhoseAccessNoMappingAllows() {
        Machine machine = machine();
        AddressSpace space = machine.openSpace("s");

        Launch launch = machine.device("dev0").launch(space, Kernels.increment(0x1000, 1));

        refused(Errno.EFAULT, () -> launch.await(LONG_NS));
    }

    @Test
    void shouldTimeOutWhileAKernelRuns() {
        Machine machine = machine();
        AddressSpace space = machine.openSpace("s");

        Launch launch = machine.device("dev0").launch(space, Kernels.endless());

        refused(Errno.ETIMEDOUT, () -> launch.await(1_000_000));
        assertThat(launch.done()).isFalse();
    }

    @Test
    void shouldEndLaunchesOfASpaceThatIsClosed() {
        Machine machine = machine();
        AddressSpace space = machine.openSpace("s");
        Stream stream = machine.device("dev0").stream(space);
        Launch running = stream.launch(Kernels.endless());
        Launch queued = stream.launch(Kernels.endless());

        space.close();

        refused(Errno.EBADF, () -> running.await(LONG_NS));
        refused(Errno.EBADF, () -> queued.await(LONG_NS));
        assertThat(driver.last().calls).contains("detach " + space.id());
        refused(Errno.EBADF, () -> machine.device("dev0").stream(space));
        AddressSpace other = machine.openSpace("other");
        long address = other.mmap(MapRequest.anonymous(4096));
        machine.device("dev0").launch(other, Kernels.increment(address, 1)).await(LONG_NS);
    }

    @Test
    void shouldRefuseASpaceOfAnotherMachine() {
        Machine machine = machine();
        AddressSpace foreign = machine().openSpace("foreign");

        assertThatThrownBy(() -> machine.device("dev0").stream(foreign)).hasMessageContaining("or not of the machine");
    }

    @Test
    void shouldFailLaunchesThatTheDriverThrowsAt() {
        Machine machine = machine();
        AddressSpace space = machine.openSpace("s");
        driver.launching = () -> {
            throw new IllegalStateException("no engine");
        };

        Launch launch = machine.device("dev0").launch(space, Kernels.endless());

        assertThatThrownBy(() -> launch.await(LONG_NS))
                .hasMessageContaining("launch() threw")
                .hasMessageContaining("no engine");
        assertThat(machine.counter("host.exceptions")).isEqualTo(1);
    }

    @Test
    void shouldThrowOutADriverThatThrowsTooOften() {
        Machine machine = machine();
        Device device = machine.device("dev0");
        AddressSpace space = machine.openSpace("s");
        driver.launching = () -> {
            throw new IllegalStateException("no engine");
        };
        for (int i = 0; i < LIMITS.exceptions(); i++) {
            Launch launch = device.launch(space, Kernels.endless());
            assertThatThrownBy(() -> launch.await(LONG_NS)).isInstanceOf(MoraineException.class);
        }

        Eventually.holds(
                "as expected",
                () -> machine.devices().isEmpty() && !machine.policies().exits().isEmpty());
        assertThat(machine.policies().exits().getFirst())
                .returns(ExitRecord.EXCEPTION, ExitRecord::kind)
                .returns("fake of dev0", ExitRecord::instance)
                .returns("launch", ExitRecord::callback);
        refused(Errno.ENODEV, () -> device.launch(space, Kernels.endless()));
        assertThat(machine.check()).isEmpty();
    }

    @Test
    void shouldThrowOutADriverThatHangs() {
        Machine machine = machine();
        AddressSpace space = machine.openSpace("s");
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        driver.launching = () -> {
            inside.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };

        Launch launch = machine.device("dev0").launch(space, Kernels.endless());
        Eventually.holds("the driver hangs", () -> inside.getCount() == 0);
        Eventually.holds("it is thrown out", () -> {
            clock.leap(LIMITS.stallNs() / 8);
            return !machine.policies().exits().isEmpty();
        });

        assertThatThrownBy(() -> launch.await(LONG_NS))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isIn(Errno.ENODEV, Errno.EIO));
        assertThat(machine.policies().exits().getFirst().kind()).isEqualTo(ExitRecord.STALL);
        release.countDown();
    }

    @Test
    void shouldBringPagesHomeWhenTheDriverIsWithdrawn() {
        Machine machine = machine();
        AddressSpace space = machine.openSpace("s");
        long address = space.mmap(MapRequest.anonymous(PAGES * 4096L));
        machine.device("dev0").launch(space, Kernels.increment(address, PAGES)).await(LONG_NS);
        assertThat(machine.nodes().get(1).freePages())
                .isLessThan(machine.nodes().get(1).pages());
        Launch running = machine.device("dev0").launch(space, Kernels.endless());

        providers.drivers().remove(driver);

        refused(Errno.ENODEV, () -> running.await(LONG_NS));
        Eventually.holds("as expected", () -> machine.nodes().get(1).pages() == 0);
        assertThat(machine.devices()).isEmpty();
        try (CpuContext cpu = space.attach(Shapes.RAM)) {
            assertThat(cpu.getLong(address + 4096)).isEqualTo(1);
        }
        assertThat(machine.policies().exits()).singleElement().returns(ExitRecord.BUNDLE_STOPPED, ExitRecord::kind);
        assertThat(driver.last().calls).contains("close");
        refused(Errno.EBADF, () -> driver.last().context.raiseFaults());
        refused(Errno.EBADF, () -> driver.last().context.actors().start("late", 1, _ -> Step.Progress.DONE));
        refused(Errno.ENODEV, () -> machine.device("dev0"));
        refused(Errno.ENOENT, () -> machine.device("gpu7"));
        assertThat(machine.check()).isEmpty();

        var second = new FakeDriver.Provider();
        providers.drivers().add("fake", second, "test.fake 2.0", 0);
        Eventually.holds("as expected", () -> machine.devices().size() == 1);
        machine.device("dev0").launch(space, Kernels.increment(address, PAGES)).await(LONG_NS);
        try (CpuContext cpu = space.attach(Shapes.RAM)) {
            assertThat(cpu.getLong(address + 4096)).isEqualTo(2);
        }
        assertThat(machine.check()).isEmpty();
    }

    @Test
    void shouldPassCountersToThePolicy() {
        var seen = new AtomicLong();
        policy.counters = sample -> seen.set(sample.accesses(0));
        Machine machine = machine();

        driver.last().context.raiseCounters();

        Eventually.holds("as expected", () -> seen.get() == 77);
        driver.last().context.count("things", 5);
        assertThat(machine.counter("device.dev0.things")).isEqualTo(5);
    }

    @Test
    void shouldMakeNoMachineWithoutItsDriver() {
        driver.verdict = Verdict.no("wrong revision");
        assertThatThrownBy(this::machine)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP))
                .hasMessage("device dev0: driver fake refuses it: wrong revision");

        providers.drivers().remove(driver);
        refused(Errno.ENOENT, this::machine);
    }

    @Test
    void shouldDoWithoutADeviceWhoseDriverThrows() {
        driver.creating = () -> {
            throw new IllegalStateException("no firmware");
        };

        Machine machine = machine();

        assertThat(machine.devices()).isEmpty();
        assertThat(machine.policies().exits())
                .singleElement()
                .returns(ExitRecord.EXCEPTION, ExitRecord::kind)
                .returns("create", ExitRecord::callback)
                .satisfies(exit -> assertThat(exit.reason()).contains("no firmware"));
        assertThatThrownBy(() -> machine.device("dev0")).hasMessageContaining("is absent");
    }

    @Test
    void shouldBringLessMemoryWhenToldSo() {
        var spec = Shapes.full("hidden", Backing.BYTES).withCapacities(Map.of(Shapes.DEVICE, 8L << 20));

        Machine machine = factory.create(spec, environment);

        assertThat(machine.nodes().get(1).pages()).isEqualTo(2048);
        assertThat(machine.profile().node(1).orElseThrow().bytes().value()).isEqualTo(8L << 20);
    }
}

package moraine.core.impl.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Policies;
import moraine.core.api.model.Backing;
import moraine.core.api.model.CounterInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.TenantInfo;
import moraine.core.api.model.Verdict;
import moraine.core.api.time.Environment;
import moraine.core.impl.host.Providers;
import moraine.core.impl.plugins.FakeDriver;
import moraine.core.impl.plugins.FakePolicy;
import moraine.core.impl.plugins.Kernels;
import moraine.core.impl.plugins.Patience;
import moraine.core.impl.plugins.Shapes;
import moraine.core.impl.plugins.WallClock;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class MachineTest {
    private static final long LONG_NS = 30_000_000_000L;
    private static final int PAGES = 300;

    private final Environment environment = WallClock.environment();
    private final Providers providers = new Providers();
    private final MachineFactoryImpl factory = new MachineFactoryImpl(providers, Patience.LIMITS);
    private final FakePolicy.Provider hidden = new FakePolicy.Provider().plan(Shapes::hidden);
    private final FakePolicy.Provider node = new FakePolicy.Provider().plan(Shapes::node);
    private final FakeDriver.Provider driver = new FakeDriver.Provider();

    MachineTest() {
        providers.policies().add("hidden", hidden, "test.hidden 1.0", 0);
        providers.policies().add("node", node, "test.node 1.0", 0);
        providers.drivers().add("fake", driver, "test.fake 1.0", 0);
    }

    @AfterEach
    void close() {
        factory.close();
    }

    private static void refused(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private Machine bare() {
        return factory.create(Shapes.bare(MachineSpec.LAST_RESORT), environment);
    }

    @Test
    void shouldTellWhatItIsMadeOf() {
        Machine machine = bare();

        assertThat(machine.spec().name()).isEqualTo("small");
        assertThat(machine.environment()).isSameAs(environment);
        assertThat(machine.nodes()).extracting(NodeInfo::name).containsExactly("ram", "device");
        assertThat(machine.nodes().getFirst())
                .returns(Shapes.RAM_BYTES / 4096, NodeInfo::pages)
                .returns(Shapes.RAM_BYTES / 4096, NodeInfo::freePages)
                .satisfies(ram -> assertThat(ram.minPages()).isLessThan(ram.lowPages()))
                .satisfies(ram -> assertThat(ram.type().name()).isEqualTo("system-ram"));
        assertThat(machine.nodes().get(1).pages()).isZero();
        assertThat(machine.counters())
                .extracting(CounterInfo::name)
                .contains("host.callbacks")
                .isSorted();
        refused(Errno.ENOENT, () -> machine.counter("no.such"));
        assertThat(machine.policies().active()).isEqualTo(MachineSpec.LAST_RESORT);
    }

    @Test
    void shouldHaveTenants() {
        Machine machine = bare();
        machine.tenant("t", NodeSet.of(0), List.of(5L));

        assertThat(machine.tenants()).extracting(TenantInfo::name).containsExactly("default", "t");
        AddressSpace space = machine.openSpace("s", "t");
        long address = space.mmap(MapRequest.anonymous(16 * 4096));
        try (CpuContext cpu = space.attach(0)) {
            for (int i = 0; i < 5; i++) {
                cpu.putLong(address + i * 4096L, i);
            }
            refused(Errno.EDQUOT, () -> cpu.putLong(address + 5 * 4096L, 5));
        }
        refused(Errno.ENOENT, () -> machine.openSpace("s", "nobody"));
        assertThat(machine.check()).isEmpty();
    }

    @Test
    void shouldRefuseEverythingOnceClosed() {
        Machine machine = factory.create(Shapes.full("hidden", Backing.BYTES), environment);
        AddressSpace space = machine.openSpace("s");
        Device device = machine.device("dev0");
        Policies policies = machine.policies();
        var running = device.launch(space, Kernels.endless());

        machine.close();
        machine.close();

        refused(Errno.EBADF, machine::nodes);
        refused(Errno.EBADF, () -> machine.openSpace("again"));
        refused(Errno.EBADF, machine::policies);
        refused(Errno.EBADF, () -> policies.use("node", false));
        refused(Errno.EBADF, device::info);
        refused(Errno.EBADF, () -> device.stream(space));
        refused(Errno.EBADF, () -> space.mmap(MapRequest.anonymous(4096)));
        refused(Errno.EBADF, () -> running.await(LONG_NS));
        assertThat(hidden.last.closed).isTrue();
        assertThat(driver.last().calls).endsWith("close");
    }

    @Test
    void shouldClosePolicyThenDevicesThenSpaces() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        hidden.closing = () -> order.add("policy");
        driver.closing = () -> order.add("driver");
        Machine machine = factory.create(Shapes.full("hidden", Backing.BYTES), environment);
        machine.openSpace("s");

        machine.close();

        assertThat(order).containsExactly("policy", "driver");
    }

    @Test
    void shouldCloseItsMachinesWithTheFactory() {
        Machine first = bare();
        Machine second = bare();

        factory.close();

        refused(Errno.EBADF, first::nodes);
        refused(Errno.EBADF, second::nodes);
        refused(Errno.EBADF, this::bare);
    }

    @Test
    void shouldRefuseAMachineWhosePolicyCannotDriveIt() {
        node.check((_, _) -> Verdict.no("device dev0 is too odd"));

        assertThatThrownBy(() -> factory.create(Shapes.full("node", Backing.BYTES), environment))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP))
                .hasMessage("machine small: node: device dev0 is too odd");
        refused(Errno.ENOENT, () -> factory.create(Shapes.full("nod", Backing.BYTES), environment));
        assertThat(driver.made).allSatisfy(made -> assertThat(made.calls).contains("close"));
    }

    @Test
    void shouldRefuseOverridesThatMakeNoSense() {
        refused(
                Errno.EINVAL,
                () -> factory.create(Shapes.bare("hidden").withCapacities(Map.of(9, 1L << 20)), environment));
        refused(Errno.EINVAL, () -> factory.create(Shapes.bare("hidden").withCapacities(Map.of(0, 1L)), environment));
    }

    @Test
    void shouldDriveAMachineWithoutItsDevice() {
        Machine machine = factory.create(Shapes.bare("hidden"), environment);

        assertThat(machine.policies().active()).isEqualTo("hidden");
        assertThat(machine.policies().use("node", false).kind()).isEqualTo(ExchangeReport.Kind.EXCHANGED);
    }

    @Test
    void shouldExchangeWhileMemoryIsInUseAndLoseNothing() {
        Machine machine = factory.create(Shapes.full("hidden", Backing.BYTES), environment);
        AddressSpace space = machine.openSpace("s");
        long address = space.mmap(MapRequest.anonymous(PAGES * 4096L));
        for (int round = 1; round <= 4; round++) {
            machine.device("dev0")
                    .launch(space, Kernels.increment(address, PAGES))
                    .await(LONG_NS);
            ExchangeReport report = machine.policies().use(round % 2 == 0 ? "hidden" : "node", false);
            assertThat(report.kind()).isEqualTo(ExchangeReport.Kind.EXCHANGED);
            ExchangeReport settled = machine.policies().settle();
            assertThat(settled.convertedPages()).isEqualTo(PAGES);
            assertThat(settled.migratedPages() + settled.keptPages()).isZero();
            assertThat(machine.check()).isEmpty();
        }
        try (CpuContext cpu = space.attach(Shapes.RAM)) {
            for (int page = 0; page < PAGES; page++) {
                assertThat(cpu.getLong(address + page * 4096L)).isEqualTo(4);
            }
        }
        assertThat(machine.check()).isEmpty();
    }
}

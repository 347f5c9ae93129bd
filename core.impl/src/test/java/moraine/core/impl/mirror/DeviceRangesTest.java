package moraine.core.impl.mirror;

import static java.util.Objects.requireNonNull;
import static moraine.core.api.model.Snapshot.DEV_PRIVATE_LOCAL;
import static moraine.core.api.model.Snapshot.DEV_PRIVATE_REMOTE;
import static moraine.core.api.model.Snapshot.ERROR;
import static moraine.core.api.model.Snapshot.NONE;
import static moraine.core.api.model.Snapshot.READ;
import static moraine.core.api.model.Snapshot.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ranges that an application or a block asks of a device: snapshots, moves, announcements. Two devices, one owner. */
final class DeviceRangesTest {
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private final TestMachine under = machine();
    private final AddressSpace space = under.machine().openSpace("space");
    private final CpuContext cpu = space.attach(0);
    private final Device first = under.machine().device("gpu0");
    private final Device second = under.machine().device("gpu1");

    private static TestMachine machine() {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        String family = TestPolicy.family(TestPolicy.Kind.HIDDEN);
        providers.policies().add(family, new TestPolicyProvider(TestPolicy.Kind.HIDDEN), "test.policy 1.0", 0);
        var profile = TestProfiles.devices(64L << 20, 16L << 20, 2, TestDriverProvider.NAME, false);
        List<DeviceSpec> devices = profile.devices().stream()
                .map(d -> new DeviceSpec(d.name(), d.driver(), d.node(), Parameters.NONE.with("owner", "one")))
                .toList();
        var spec = MachineSpec.of(profile, family + "(window=1)")
                .withDevices(devices)
                .withCapacities(Map.of());
        return TestMachine.create(spec, providers, WallClock.environment());
    }

    @AfterEach
    void close() {
        cpu.close();
        try {
            assertThat(under.machine().check()).isEmpty();
        } finally {
            under.close();
        }
    }

    private long map(int pages) {
        return space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
    }

    private long written(int pages) {
        long at = map(pages);
        for (int page = 0; page < pages; page++) {
            cpu.putLong(page(at, page), page + 1);
        }
        return at;
    }

    private static long page(long at, int page) {
        return at + (long) page * Pages.SIZE;
    }

    private void run(Consumer<DeviceAccess> step) {
        first.launch(space, new StepKernel(step)).await(TIMEOUT_NS);
    }

    private static void refused(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private long ranges() {
        return under.machine().counter("device.ranges");
    }

    @Test
    void shouldMakeOneRequestOfARangeHoweverLong() {
        int pages = 3000;
        long at = written(pages);
        run(memory -> {
            memory.prefault(at, (long) pages * Pages.SIZE, Intent.READ);
            for (int page = 0; page < pages; page++) {
                assertThat(memory.getLong(page(at, page))).isEqualTo(page + 1);
            }
        });
        assertThat(ranges()).isOne();
        run(memory -> memory.prefault(at, (long) pages * Pages.SIZE, Intent.READ));
        assertThat(ranges()).as("all is there").isOne();
    }

    @Test
    void shouldRefuseToAnnounceWhatTheMappingForbids() {
        long at = written(4);
        space.mprotect(page(at, 2), Pages.SIZE, Protection.READ);
        refused(Errno.EPERM, () -> run(memory -> memory.prefault(at, 4L * Pages.SIZE, Intent.WRITE)));
        space.mprotect(page(at, 2), Pages.SIZE, Protection.NONE);
        refused(Errno.EFAULT, () -> run(memory -> memory.prefault(at, 4L * Pages.SIZE, Intent.READ)));
        refused(Errno.EFAULT, () -> run(memory -> memory.prefault(Pages.ADDRESS_LIMIT - 1, 2, Intent.READ)));
    }

    @Test
    void shouldFailOnALostPage() {
        long at = written(1);
        first.snapshot(space, at, Pages.SIZE);
        PageTable table =
                requireNonNull(under.mechanism().spaceList().byId(space.id())).table();
        MiddleTable middle = table.middleForInstall(at);
        long[] leaf = requireNonNull(table.leafForInstall(middle, at));
        long entry = MiddleTable.get(leaf, PageTable.index(at));
        MiddleTable.set(leaf, PageTable.index(at), Pte.withKind(entry, Pte.POISONED));
        assertThat(first.snapshot(space, at, Pages.SIZE)).containsExactly(NONE);
        refused(Errno.EFAULT, () -> run(memory -> memory.prefault(at, Pages.SIZE, Intent.READ)));
        MiddleTable.set(leaf, PageTable.index(at), entry);
    }

    @Test
    void shouldShowPagesOfTheSameOwner() {
        long at = written(6);
        first.migrateToDevice(space, at, Pages.SIZE);
        second.migrateToDevice(space, page(at, 1), Pages.SIZE);
        space.mprotect(page(at, 2), Pages.SIZE, Protection.NONE);
        space.mprotect(page(at, 3), Pages.SIZE, Protection.NONE);
        space.mprotect(page(at, 3), Pages.SIZE, Protection.READ);
        space.mprotect(page(at, 4), Pages.SIZE, Protection.READ);
        assertThat(first.snapshot(space, at, 6L * Pages.SIZE))
                .containsExactly(DEV_PRIVATE_LOCAL | WRITE, DEV_PRIVATE_REMOTE | WRITE, ERROR, NONE, READ, WRITE);
        assertThat(ranges()).isZero();
    }

    @Test
    void shouldMoveWhatMayMoveAndCountTheRest() {
        long at = written(4);
        second.migrateToDevice(space, at, Pages.SIZE);
        first.migrateToDevice(space, page(at, 1), Pages.SIZE);
        assertThat(first.migrateToDevice(space, at, 4L * Pages.SIZE)).isEqualTo(new MigrationReport(4, 2, 1, 1));
        assertThat(first.migrateToSystem(space, at, 4L * Pages.SIZE)).isEqualTo(new MigrationReport(4, 3, 0, 1));
        assertThat(space.why(at).node()).isEqualTo(second.info().node());
        assertThat(cpu.getLong(page(at, 3))).isEqualTo(4);
    }

    @Test
    void shouldMoveNothingOfARangeThatIsNotMapped() {
        long at = written(3);
        space.munmap(page(at, 2), Pages.SIZE);
        refused(Errno.EINVAL, () -> first.migrateToDevice(space, at, 3L * Pages.SIZE));
        refused(Errno.EINVAL, () -> first.migrateToSystem(space, at, 3L * Pages.SIZE));
        space.mprotect(at, Pages.SIZE, Protection.NONE);
        refused(Errno.EINVAL, () -> first.migrateToDevice(space, at, 2L * Pages.SIZE));
        assertThat(space.why(page(at, 1)).node()).isZero();
        refused(Errno.EINVAL, () -> first.migrateToDevice(space, at + 1, Pages.SIZE));
        refused(Errno.EINVAL, () -> first.snapshot(space, at, 0));
        refused(Errno.EINVAL, () -> first.snapshot(space, at, 1));
    }

    @Test
    void shouldSendEveryPageHome() {
        long at = written(100);
        first.migrateToDevice(space, at, 100L * Pages.SIZE);
        AddressSpace child = space.fork("child");
        assertThat(first.evict()).isEqualTo(100);
        assertThat(first.evict()).isZero();
        assertThat(under.machine().counter("migrate.to.host.pages")).isEqualTo(100);
        assertThat(child.why(at).node()).isZero();
        assertThat(cpu.getLong(page(at, 99))).isEqualTo(100);
        child.close();
    }

    /** A kernel of one block that does one step. */
    private record StepKernel(Consumer<DeviceAccess> step) implements Kernel {
        @Override
        public String name() {
            return "step";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return memory -> {
                step.accept(memory);
                return false;
            };
        }
    }
}

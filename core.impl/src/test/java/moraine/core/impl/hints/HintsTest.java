package moraine.core.impl.hints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Environment;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Advice about places, on machines with two devices whose nodes are 1 and 2. */
final class HintsTest {
    private static final long WAIT_NS = 60_000_000_000L;
    private static final int PAGES = 24;
    private static final long BYTES = PAGES * (long) Pages.SIZE;
    private static final int DEVICE_PAGES = 1024;

    private final Environment environment = new VirtualEnvironment();
    private TestMachine under = machine("hidden(window=1)");
    private AddressSpace space = under.machine().openSpace("s");
    private CpuContext cpu = space.attach(0);

    private TestMachine machine(String policy) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.policy 1.0", 0);
        }
        long bytes = (long) DEVICE_PAGES * Pages.SIZE;
        var profile = TestProfiles.devices(64L << 20, bytes, 2, TestDriverProvider.NAME, true);
        return TestMachine.create(MachineSpec.of(profile, policy), providers, environment);
    }

    /** Shows device memory as nodes like others. */
    private void asNodes() {
        close();
        under = machine("node(window=1)");
        space = under.machine().openSpace("s");
        cpu = space.attach(0);
    }

    @AfterEach
    void close() {
        assertThat(under.machine().check()).isEmpty();
        cpu.close();
        space.close();
        under.machine().nodes().forEach(node -> assertThat(node.freePages()).isEqualTo(node.pages()));
        under.close();
    }

    private long written(int pages) {
        long at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
        for (int page = 0; page < pages; page++) {
            cpu.putLong(at + (long) page * Pages.SIZE, page + 1);
        }
        return at;
    }

    /** Adds up the first words of pages on a device. */
    private record Sum(long at, int pages, AtomicLong into) implements Kernel {
        @Override
        public String name() {
            return "sum";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return memory -> {
                long sum = 0;
                for (int page = 0; page < pages; page++) {
                    sum += memory.getLong(at + (long) page * Pages.SIZE);
                }
                into.set(sum);
                return false;
            };
        }
    }

    private void read(int device, long at) {
        var sum = new AtomicLong();
        under.machine()
                .device("gpu" + (device - 1))
                .launch(space, new Sum(at, PAGES, sum))
                .await(WAIT_NS);
        assertThat(sum.get()).isEqualTo(PAGES * (PAGES + 1L) / 2);
    }

    private long faultsOf(Runnable work) {
        long before = under.machine().counter("device.faults");
        work.run();
        return under.machine().counter("device.faults") - before;
    }

    private List<Integer> nodes(long at, int pages) {
        return IntStream.range(0, pages)
                .mapToObj(page -> space.why(at + (long) page * Pages.SIZE))
                .map(PageInfo::node)
                .toList();
    }

    private static void refused(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void shouldLeavePagesWhereTheyArePreferred() {
        long at = written(PAGES);
        space.advise(at, BYTES, Advice.preferredLocation(0));
        read(1, at);
        assertThat(nodes(at, PAGES)).containsOnly(0);

        space.advise(at, BYTES, Advice.NO_PREFERRED_LOCATION);
        space.migrate(at, BYTES, 0, Cause.USER);
        space.advise(at, BYTES, Advice.prefetch(0));
        long other = written(PAGES);
        read(1, other);
        assertThat(nodes(other, PAGES)).containsOnly(1);
    }

    @Test
    void shouldMakePagesWhereTheyArePreferred() {
        asNodes();
        long at = space.mmap(MapRequest.anonymous(2 * BYTES));
        space.advise(at, BYTES, Advice.preferredLocation(2));
        for (int page = 0; page < 2 * PAGES; page++) {
            cpu.putLong(at + (long) page * Pages.SIZE, page + 1);
        }

        assertThat(nodes(at, PAGES)).containsOnly(2);
        assertThat(nodes(at + BYTES, PAGES)).containsOnly(0);
        assertThat(space.info().mappings()).hasSize(1);
        read(1, at);
        assertThat(nodes(at, PAGES)).containsOnly(2);
    }

    @Test
    void shouldBringPagesToThePreferredDeviceOnItsFault() {
        asNodes();
        long at = written(PAGES);
        read(1, at);
        assertThat(nodes(at, PAGES)).containsOnly(0);

        space.advise(at, BYTES, Advice.preferredLocation(2));
        read(1, at);
        assertThat(nodes(at, PAGES)).containsOnly(0);
        read(2, at);
        assertThat(nodes(at, PAGES)).containsOnly(2);
    }

    @Test
    void shouldBringACpusPagesHomeFromThePreferredDevice() {
        long at = written(PAGES);
        space.advise(at, BYTES, Advice.preferredLocation(1));
        read(1, at);
        assertThat(space.why(at).state()).isEqualTo(PageState.DEVICE_PRIVATE);

        assertThat(cpu.getLong(at)).isEqualTo(1);
        assertThat(nodes(at, 1)).containsOnly(0);
        read(1, at);
        assertThat(nodes(at, PAGES)).containsOnly(1);
    }

    @Test
    void shouldSpareADeviceItsFaultsOnWhatItAccesses() {
        asNodes();
        long at = written(PAGES);
        read(1, written(PAGES));
        space.advise(at, BYTES, Advice.accessedBy(1));
        assertThat(faultsOf(() -> read(1, at))).isZero();

        space.migrate(at, BYTES, 2, Cause.USER);
        long remapped = under.machine().counter("hints.remapped.pages");
        environment.actors().await(() -> under.machine().counter("hints.remapped.pages") >= remapped + PAGES, WAIT_NS);
        assertThat(nodes(at, PAGES)).containsOnly(2);
        assertThat(faultsOf(() -> read(1, at))).isZero();

        space.advise(at, BYTES, Advice.notAccessedBy(1));
        space.migrate(at, BYTES, 0, Cause.USER);
        assertThat(faultsOf(() -> read(1, at))).isEqualTo(PAGES);
    }

    @Test
    void shouldPrefetchWithHolesAndWithoutLaterFaults() {
        read(1, written(PAGES));
        long at = space.mmap(MapRequest.anonymous(2 * BYTES));
        for (int page = 0; page < PAGES; page++) {
            cpu.putLong(at + (long) page * Pages.SIZE, page + 1);
        }
        space.advise(at, 2 * BYTES, Advice.prefetch(1));

        assertThat(nodes(at, 2 * PAGES)).containsOnly(1);
        assertThat(space.why(at).cause()).isEqualTo(Cause.PREFETCH);
        assertThat(faultsOf(() -> read(1, at))).isZero();
        space.advise(at, 2 * BYTES, Advice.prefetch(0));
        assertThat(nodes(at, 2 * PAGES)).containsOnly(0);
        assertThat(cpu.getLong(at + BYTES)).isZero();
    }

    @Test
    void shouldEndAPrefetchOfMoreThanThereIs() {
        long old = written(DEVICE_PAGES / 2);
        space.advise(old, DEVICE_PAGES / 2 * (long) Pages.SIZE, Advice.prefetch(1));
        assertThat(nodes(old, DEVICE_PAGES / 2)).containsOnly(1);
        environment.actors().await(() -> false, 1_000_000);
        int pages = 2 * DEVICE_PAGES;
        long at = written(pages);
        space.advise(at, (long) pages * Pages.SIZE, Advice.prefetch(1));

        assertThat(nodes(at, pages).stream().filter(node -> node == 1).count())
                .isGreaterThanOrEqualTo(DEVICE_PAGES / 2);
        for (int page = 0; page < pages; page++) {
            assertThat(cpu.getLong(at + (long) page * Pages.SIZE)).isEqualTo(page + 1);
        }
        assertThat(cpu.getLong(old)).isEqualTo(1);
    }

    @Test
    void shouldDropWhatIsDiscardedWithoutACopy() {
        long at = written(2 * PAGES);
        read(1, at);
        long copied = under.machine().counter("migrate.to.host.pages");
        space.advise(at, BYTES, Advice.DISCARD);

        assertThat(space.why(at).state()).isEqualTo(PageState.NONE);
        assertThat(cpu.getLong(at)).isZero();
        assertThat(cpu.getLong(at + BYTES)).isEqualTo(PAGES + 1);
        assertThat(under.machine().counter("migrate.to.host.pages")).isEqualTo(copied);
        cpu.putLong(at, 9);
        assertThat(cpu.getLong(at)).isEqualTo(9);
    }

    @Test
    void shouldKeepAdviceByRange() {
        asNodes();
        long at = space.mmap(MapRequest.anonymous(BYTES));
        space.advise(at, BYTES, Advice.preferredLocation(1));
        long moved = space.mremap(at, BYTES, 300 * BYTES, true);
        cpu.putLong(moved, 1);
        try (AddressSpace child = space.fork("child");
                CpuContext there = child.attach(0)) {
            there.putLong(moved + Pages.SIZE, 1);
            assertThat(child.why(moved + Pages.SIZE).node()).isEqualTo(1);
        }
        assertThat(nodes(moved, 1)).containsOnly(1);
        space.munmap(moved, 300 * BYTES);
        long again = space.mmap(MapRequest.anonymous(BYTES).at(moved));
        cpu.putLong(again, 1);
        assertThat(nodes(again, 1)).containsOnly(0);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        long at = written(1);
        long shared = space.mmap(MapRequest.anonymous(Pages.SIZE).shared());

        refused(Errno.EINVAL, () -> space.advise(at + 1, Pages.SIZE, Advice.DISCARD));
        refused(Errno.EINVAL, () -> space.advise(at, Pages.SIZE, Advice.preferredLocation(7)));
        refused(Errno.EINVAL, () -> space.advise(at, Pages.SIZE, Advice.accessedBy(0)));
        refused(Errno.ENOMEM, () -> space.advise(at, 1L << 30, Advice.DISCARD));
        refused(Errno.EOPNOTSUPP, () -> space.advise(shared, Pages.SIZE, Advice.DISCARD));
        AddressSpace closed = under.machine().openSpace("closed");
        closed.close();
        refused(Errno.EBADF, () -> closed.advise(at, Pages.SIZE, Advice.DISCARD));
    }
}

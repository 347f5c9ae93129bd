package moraine.core.impl.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Environment;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Kernels;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that are full while RAM is full too. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OversubscribedTest {
    private static final long WAIT_NS = 60_000_000_000L;
    private static final int RAM_PAGES = 1024;
    private static final int DEVICE_PAGES = 64;
    private static final int THREADS = 4;
    private static final int PAGES_EACH = (RAM_PAGES + DEVICE_PAGES) / THREADS + 32;
    private static final int ROUNDS = 12;

    private static TestMachine machine(Environment environment, int window) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        var hidden = new TestPolicyProvider(TestPolicy.Kind.HIDDEN);
        providers.policies().add("hidden", hidden, "test.hidden 1.0", 0);
        var profile = TestProfiles.devices(
                (long) RAM_PAGES * Pages.SIZE,
                (long) DEVICE_PAGES * Pages.SIZE,
                1,
                TestDriverProvider.NAME,
                /* coherent= */ true);
        return TestMachine.create(MachineSpec.of(profile, "hidden(window=" + window + ")"), providers, environment);
    }

    /** Touches pages until there is no room. @return how many there were */
    private static int fill(CpuContext cpu, long start, int pages) {
        for (int page = 0; page < pages; page++) {
            try {
                cpu.getAndAddLong(start + (long) page * Pages.SIZE, 1);
            } catch (MoraineException e) {
                assertThat(e.errno()).isEqualTo(Errno.ENOMEM);
                return page;
            }
        }
        return pages;
    }

    private static long onDevice(AddressSpace space, long start, int pages) {
        return space.pages(start, (long) pages * Pages.SIZE, pages).stream()
                .filter(page -> page.node() == 1)
                .count();
    }

    @Test
    void shouldKeepExchangingPagesAfterAllThatMayComeHomeHasComeHome() {
        try (var under = machine(new VirtualEnvironment(), 1)) {
            AddressSpace space = under.machine().openSpace("s");
            long first = space.mmap(MapRequest.anonymous((long) DEVICE_PAGES * Pages.SIZE));
            long second = space.mmap(MapRequest.anonymous((long) RAM_PAGES * Pages.SIZE));
            under.machine()
                    .device("gpu0")
                    .launch(space, Kernels.increment(first, DEVICE_PAGES))
                    .await(WAIT_NS);
            try (CpuContext cpu = space.attach(0)) {
                assertThat(onDevice(space, first, DEVICE_PAGES)).isEqualTo(DEVICE_PAGES);
                assertThat(fill(cpu, second, RAM_PAGES)).isLessThan(RAM_PAGES);
                int home = fill(cpu, first, DEVICE_PAGES);
                assertThat(home).isPositive().isLessThan(DEVICE_PAGES / 4);
                under.machine()
                        .device("gpu0")
                        .launch(space, Kernels.increment(second, DEVICE_PAGES))
                        .await(WAIT_NS);

                assertThat(onDevice(space, second, DEVICE_PAGES)).isGreaterThan(DEVICE_PAGES / 2);
                space.munmap(second + (long) DEVICE_PAGES * Pages.SIZE, (RAM_PAGES - DEVICE_PAGES) * (long) Pages.SIZE);
                for (int page = 0; page < DEVICE_PAGES; page++) {
                    assertThat(cpu.getLong(first + (long) page * Pages.SIZE)).isEqualTo(page < home ? 2 : 1);
                    assertThat(cpu.getLong(second + (long) page * Pages.SIZE)).isEqualTo(2);
                }
            }
            assertThat(under.machine().check()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void shouldEndEveryAccessInTimeWhenRamAndDeviceAreFull(int window) throws Exception {
        try (var under = machine(WallClock.environment(), window);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            AddressSpace space = under.machine().openSpace("s");
            long bytes = (long) THREADS * PAGES_EACH * Pages.SIZE;
            long start = space.mmap(MapRequest.anonymous(bytes));
            List<Callable<Counts>> parts = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                long own = start + (long) thread * PAGES_EACH * Pages.SIZE;
                parts.add(() -> count(space, own));
            }
            List<Launch> launches = List.of(
                    under.machine().device("gpu0").launch(space, new Sweep(start, THREADS * PAGES_EACH, 1)),
                    under.machine().device("gpu0").launch(space, new Sweep(start, THREADS * PAGES_EACH, 2)));
            List<Future<Counts>> counts = parts.stream().map(threads::submit).toList();
            for (Launch launch : launches) {
                ended(launch);
            }
            List<Counts> all = all(counts);
            assertThat(all).anyMatch(c -> c.refused > 0);
            assertThat(under.machine().check()).isEmpty();
            compare(space, all);
            space.munmap(start, bytes);
            assertThat(under.machine().check()).isEmpty();
            assertThat(under.mechanism().rooms().allocator.usedPages(0)).isZero();
            assertThat(under.mechanism().rooms().allocator.usedPages(1)).isZero();
        }
    }

    private static List<Counts> all(List<Future<Counts>> futures)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<Counts> all = new ArrayList<>();
        for (Future<Counts> future : futures) {
            all.add(future.get(WAIT_NS, TimeUnit.NANOSECONDS));
        }
        return all;
    }

    /** A launch ends well, or because a page of it found no room. */
    private static void ended(Launch launch) {
        try {
            launch.await(WAIT_NS);
        } catch (MoraineException e) {
            assertThat(e.errno()).as(e.getMessage()).isEqualTo(Errno.ENOMEM);
        }
    }

    private static Counts count(AddressSpace space, long start) {
        var counts = new Counts(start);
        try (CpuContext cpu = space.attach(0)) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int page = 0; page < PAGES_EACH; page++) {
                    counts.add(cpu, page);
                }
            }
        }
        return counts;
    }

    /** Each page counts what was added to it; where there is no room even to look, one page at a time goes. */
    private static void compare(AddressSpace space, List<Counts> all) {
        try (CpuContext cpu = space.attach(0)) {
            for (Counts counts : all) {
                for (int page = 0; page < PAGES_EACH; page++) {
                    long at = counts.start + (long) page * Pages.SIZE;
                    try {
                        assertThat(cpu.getLong(at)).isEqualTo(counts.added[page]);
                    } catch (MoraineException e) {
                        assertThat(e.errno()).isEqualTo(Errno.ENOMEM);
                    }
                }
            }
        }
    }

    /** What one thread added to its pages. */
    private static final class Counts {
        private final long start;
        private final long[] added = new long[PAGES_EACH];
        private int refused;

        Counts(long start) {
            this.start = start;
        }

        void add(CpuContext cpu, int page) {
            try {
                cpu.getAndAddLong(start + (long) page * Pages.SIZE, 1);
                added[page]++;
            } catch (MoraineException e) {
                assertThat(e.errno()).isEqualTo(Errno.ENOMEM);
                refused++;
            }
        }
    }

    /** Adds one to a word of each page, in eight blocks. */
    private record Sweep(long start, int pages, int word) implements Kernel {
        private static final int BLOCKS = 8;

        @Override
        public String name() {
            return "sweep " + word;
        }

        @Override
        public int blocks() {
            return BLOCKS;
        }

        @Override
        public Block block(int index) {
            int[] page = {index};
            return memory -> {
                memory.getAndAddLong(start + (long) page[0] * Pages.SIZE + (long) word * Long.BYTES, 1);
                page[0] += BLOCKS;
                return page[0] < pages;
            };
        }
    }
}

package moraine.core.impl.faults;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Tunable;
import moraine.core.api.time.Environment;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.frames.History;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.core.impl.tuning.Tuning;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps that need more pages at once than the device has. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ThrashingTest {
    private static final long WAIT_NS = 60_000_000_000L;
    private static final int BLOCKS = 24;
    private static final int NODE = 1;

    @ParameterizedTest
    @CsvSource({"1, 3, 1", "4, 6, 1", "4, 6, 8", "4, 40, 1", "16, 64, 16", "64, 300, 8"})
    void shouldEndInVirtualTime(int devicePages, int pagesAStep, int window) {
        run(devicePages, pagesAStep, window, new VirtualEnvironment(), Parameters.NONE);
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 1", "4, 6, 8", "16, 64, 16"})
    void shouldEndOnThreads(int devicePages, int pagesAStep, int window) {
        run(devicePages, pagesAStep, window, new ThreadedEnvironment(new JvmThreads(), 1), Parameters.NONE);
    }

    /** Nothing is served together, nothing leaves in advance, and evictions are remembered as shortly as may be. */
    @ParameterizedTest
    @CsvSource({"1, 3, 1", "4, 6, 8", "4, 40, 1", "16, 64, 16", "64, 300, 8"})
    void shouldEndFaultByFault(int devicePages, int pagesAStep, int window) {
        var tuning = Parameters.NONE;
        for (Tunable tunable : Tuning.USUAL.tunables()) {
            if (tunable.name().matches("(fault|evict|refault)[.].*")) {
                tuning = tuning.with(tunable.name(), Long.toString(tunable.least()));
            }
        }
        run(devicePages, pagesAStep, window, new VirtualEnvironment(), tuning);
    }

    private static void run(int devicePages, int pagesAStep, int window, Environment environment, Parameters tuning) {
        try (var under = machine(devicePages, window, environment, tuning)) {
            AddressSpace space = under.machine().openSpace("s");
            var kernel =
                    new Gather(space.mmap(MapRequest.anonymous(Gather.pages(pagesAStep) * Pages.SIZE)), pagesAStep);
            fill(space, kernel);
            under.machine().device("gpu0").launch(space, kernel).await(WAIT_NS);
            check(space, kernel);
            assertThat(under.machine().check()).isEmpty();
        }
    }

    private static TestMachine machine(int devicePages, int window, Environment environment, Parameters tuning) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        var hidden = new TestPolicyProvider(TestPolicy.Kind.HIDDEN);
        providers.policies().add("hidden", hidden, "test.hidden 1.0", 0);
        long bytes = (long) devicePages * Pages.SIZE;
        var profile = TestProfiles.devices(64L << 20, bytes, 1, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, "hidden(window=" + window + ")").withTuning(tuning);
        return TestMachine.create(spec, providers, environment);
    }

    private static void fill(AddressSpace space, Gather kernel) {
        try (CpuContext cpu = space.attach(0)) {
            for (int page = 0; page < Gather.pages(kernel.pagesAStep); page++) {
                cpu.putLong(kernel.word(page), page);
            }
        }
    }

    private static void check(AddressSpace space, Gather kernel) {
        try (CpuContext cpu = space.attach(0)) {
            for (int block = 0; block < BLOCKS; block++) {
                assertThat(cpu.getLong(kernel.word(block) + Long.BYTES)).isEqualTo(kernel.sum(block));
            }
        }
    }

    @Test
    void shouldForgetAnEvictionAfterManyCalmBatches() {
        var thrashing = new Thrashing(NODE, Tuning.USUAL);
        thrashing.begin(0);
        long evicted = History.pack(4096, 0, Cause.EVICTION, NODE, 0);
        assertThat(thrashing.evictedLately(evicted)).isTrue();
        assertThat(thrashing.evictedLately(History.pack(4096, 0, Cause.EVICTION, 2, 0)))
                .isFalse();
        assertThat(thrashing.evictedLately(History.pack(4096, 0, Cause.USER, NODE, 0)))
                .isFalse();
        for (int batch = 0; batch < 4 * Tuning.USUAL.refaultLeastBatches; batch++) {
            thrashing.begin(8192L * (batch + 1));
        }
        assertThat(thrashing.evictedLately(evicted)).isFalse();
    }

    @Test
    void shouldRememberLongerWhileEvictedPagesAreWanted() {
        var thrashing = new Thrashing(NODE, Tuning.USUAL);
        long evicted = History.pack(4096, 0, Cause.EVICTION, NODE, 0);
        for (int batch = 0; batch < 3 * Tuning.USUAL.refaultLeastBatches; batch++) {
            thrashing.begin(8192L * batch);
            assertThat(thrashing.evictedLately(evicted)).isTrue();
            assertThat(thrashing.active()).isTrue();
        }
        for (int batch = 3 * Tuning.USUAL.refaultLeastBatches;
                batch < 3 * Tuning.USUAL.refaultLeastBatches + 2 * Tuning.USUAL.refaultMostBatches;
                batch++) {
            thrashing.begin(8192L * batch);
        }
        assertThat(thrashing.active()).isFalse();
        assertThat(thrashing.evictedLately(evicted)).isFalse();
    }

    /** Each block adds up a word of each of a number of pages in one step, so that it needs them all at once. */
    private record Gather(long start, int pagesAStep) implements Kernel {
        /** {@return pages of the array; neighbouring blocks share some} */
        static long pages(int pagesAStep) {
            return BLOCKS * 3L + pagesAStep;
        }

        long word(int page) {
            return start + (long) page * Pages.SIZE;
        }

        long sum(int block) {
            long sum = 0;
            for (int page = 0; page < pagesAStep; page++) {
                sum += block * 3L + page;
            }
            return sum;
        }

        @Override
        public String name() {
            return "gather";
        }

        @Override
        public int blocks() {
            return BLOCKS;
        }

        @Override
        public Block block(int index) {
            return memory -> {
                long sum = 0;
                for (int page = 0; page < pagesAStep; page++) {
                    sum += memory.getLong(word(index * 3 + page));
                }
                memory.putLong(word(index) + Long.BYTES, sum);
                return false;
            };
        }
    }
}

package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import moraine.core.api.model.Errno;
import moraine.core.api.time.Step;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random launches on several workers while translations come and go, launches are refused and spaces detached. */
final class GpuStressTest {
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int SPACES = 4;
    private static final int LAUNCHES = 12;
    /** Entries of the fault buffer where it overflows. */
    private static final int ENTRIES = 48;
    /** More faults than it has entries, without what workers have in hand or drop for a detached space. */
    private static final int OVERFLOWING = ENTRIES + 16;

    static IntStream seeds() {
        Integer seed = Integer.getInteger("test.seed");
        return seed == null ? IntStream.rangeClosed(1, Integer.getInteger("test.seeds", 6)) : IntStream.of(seed);
    }

    private record Run(FakeSpace space, TripleKernel kernel, FakeLaunch launch, boolean forbidden) {}

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldLoseNothing(int seed) throws InterruptedException {
        var random = new SplittableRandom(seed);
        var actors = new ThreadActors();
        var host = new FakeHost(actors, "workers", "4", "faults", "" + ENTRIES, "resident", "128", "threshold", "64");
        List<Run> runs = new ArrayList<>();
        for (int id = 1; id <= SPACES; id++) {
            FakeSpace space = host.space(id, 2 * LAUNCHES * 80);
            IntStream.range(0, LAUNCHES).forEach(i -> runs.add(run(space, i, random)));
        }
        List<Run> order = shuffled(runs, random);
        var stop = new AtomicBoolean();
        actors.start("chaos", 0, chaos(host, random.split(), stop));
        FakeSpace detached = host.space(SPACES);
        host(host, order, detached, OVERFLOWING, () -> order.stream().allMatch(r -> r.launch.ended()));
        stop.set(true);
        host.driver.close();
        host.revoked = true;
        assertThat(actors.join()).isEmpty();
        runs.stream().filter(r -> r.space != detached).forEach(GpuStressTest::check);
        runs.forEach(r -> assertThat(r.launch.calls()).isEqualTo(1));
        assertThat(host.spaces.values())
                .allSatisfy(s -> assertThat(s.openAccesses.sum()).isZero());
        assertThat(host.largestBatch()).isGreaterThan(32);
        assertThat(host.count(Tally.OVERFLOWS)).isPositive();
        assertThat(host.counterRaises).hasPositiveValue();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldTellEveryLaunchOnceWhenClosedInMidWork(int seed) throws InterruptedException {
        var random = new SplittableRandom(seed);
        var actors = new ThreadActors();
        var host = new FakeHost(actors, "workers", "3", "faults", "32", "resident", "64");
        FakeSpace space = host.space(1, 2 * LAUNCHES * 80);
        List<Run> runs = new ArrayList<>();
        IntStream.range(0, LAUNCHES).forEach(i -> runs.add(run(space, i, random)));
        int after = 1 + random.nextInt(12);
        host(
                host,
                runs,
                new FakeSpace(99, 1),
                0,
                () -> host.batches.size() >= after || runs.stream().allMatch(r -> r.launch.ended()));
        host.driver.close();
        host.revoked = true;
        assertThat(actors.join()).isEmpty();
        runs.forEach(r -> {
            assertThat(r.launch.calls()).isEqualTo(1);
            assertThat(r.launch.errno()).isIn(Errno.OK, Errno.EFAULT, Errno.ENODEV);
            if (r.launch.errno() == Errno.OK) {
                assertThat(r.kernel.wrong()).isZero();
            }
        });
        assertThat(runs).anyMatch(r -> r.launch.errno() == Errno.ENODEV);
        assertThat(space.openAccesses.sum()).isZero();
    }

    /**
     * The host's actor, on the test's thread: launches, serves, detaches half-way, until a condition holds.
     *
     * @param late faults before it serves any, however slow the workers are
     */
    private static void host(FakeHost host, List<Run> order, FakeSpace detached, long late, BooleanSupplier until) {
        int next = 0;
        long deadline = System.nanoTime() + DEADLINE_NS;
        while (!until.getAsBoolean() || next < order.size()) {
            assertThat(System.nanoTime() - deadline).as("it hangs").isNegative();
            if (next < order.size()) {
                Run run = order.get(next++);
                host.driver.launch(run.space.id, run.kernel, run.launch);
            }
            if (next == order.size() / 2) {
                detached.closed = true;
                host.driver.detach(detached.id);
            }
            if (faults(host) >= late && host.raises.getAndSet(0) > 0) {
                host.serve();
            }
            host.driver.drainCounters((_, _, _, _) -> {});
        }
    }

    private static long faults(FakeHost host) {
        return host.spaces.values().stream()
                .mapToLong(space -> space.faults.sum())
                .sum();
    }

    private static Run run(FakeSpace space, int index, RandomGenerator random) {
        int pagesEach = 1 + random.nextInt(4);
        var kernel = new TripleKernel(space, index * 160, 1 + random.nextInt(80 / pagesEach), pagesEach).prepare();
        boolean forbidden = random.nextInt(6) == 0;
        if (forbidden) {
            space.allowed.set(index * 160 + random.nextInt(kernel.inputPages()), FakeSpace.MISSING);
        }
        return new Run(space, kernel, new FakeLaunch(), forbidden);
    }

    private static List<Run> shuffled(List<Run> runs, RandomGenerator random) {
        var order = new ArrayList<>(runs);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        return order;
    }

    private static void check(Run run) {
        if (run.forbidden) {
            run.launch.assertFailed(Errno.EFAULT, "cannot read");
        } else {
            run.launch.assertDone();
            assertThat(run.kernel.wrong()).isZero();
        }
    }

    /** Takes translations away, a few at a time. */
    private static Step chaos(FakeHost host, RandomGenerator random, AtomicBoolean stop) {
        return _ -> {
            FakeSpace space = host.space(1 + random.nextInt(SPACES));
            space.translations.set(random.nextInt(space.pages), FakeSpace.MISSING);
            LockSupport.parkNanos(5_000);
            return stop.get() ? Step.Progress.DONE : Step.Progress.MORE;
        };
    }
}

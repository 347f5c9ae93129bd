package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.time.Step;
import org.junit.jupiter.api.Test;

final class CopyEnginesTest {
    private static final int BATCHES = 200;

    /** Long enough for a third copy to be seen if one could begin. */
    private static final long WHILE_NS = 20_000;

    @Test
    void shouldRunTwoCopiesAtATimeAndNeverMore() throws InterruptedException {
        var actors = new ThreadActors();
        var host = new FakeHost(actors);
        var both = new CountDownLatch(2);
        var inFlight = new AtomicInteger();
        var most = new AtomicInteger();
        var moved = new AtomicInteger();
        var ended = new AtomicInteger();
        for (int thread = 0; thread < 4; thread++) {
            int source = thread % 2;
            actors.start("copier" + thread, 0, repeat(BATCHES, () -> {
                host.driver.copy(new Batch(source, 3, _ -> {
                    most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                    both.countDown();
                    await(both);
                    LockSupport.parkNanos(WHILE_NS);
                    moved.incrementAndGet();
                    inFlight.decrementAndGet();
                }));
                ended.incrementAndGet();
            }));
        }
        actors.await(() -> ended.get() == 4 * BATCHES, TimeUnit.SECONDS.toNanos(60));
        host.driver.close();
        assertThat(actors.join()).isEmpty();
        assertThat(moved).hasValue(4 * BATCHES * 3);
        assertThat(most).hasValue(2);
        assertThat(host.count(Tally.COPIES)).isEqualTo(4 * BATCHES);
        assertThat(host.count(Tally.PAGES_IN)).isEqualTo(2 * BATCHES * 3 * 8);
        assertThat(host.count(Tally.PAGES_OUT)).isEqualTo(2 * BATCHES * 3 * 8);
    }

    @Test
    void shouldLetBothDirectionsGoOnAndRefuseAThirdCopyWhereNobodyWaits() {
        var host = new FakeHost(new LoopActors());
        List<String> order = new ArrayList<>();
        host.driver.copy(new Batch(
                0,
                1,
                _ -> host.driver.copy(new Batch(FakeHost.NODE, 1, _ -> {
                    order.add("out within in");
                    assertThatThrownBy(() -> host.driver.copy(new Batch(0, 1, _ -> order.add("third"))))
                            .isInstanceOf(IllegalStateException.class);
                }))));
        assertThat(order).containsExactly("out within in");
    }

    @Test
    void shouldDeclineARunThatFailsAndCopyTheOthers() {
        var host = new FakeHost(new LoopActors(), "engines", "1");
        List<Integer> moved = new ArrayList<>();
        var batch = new Batch(0, 4, run -> {
            if (run == 2) {
                throw new IllegalStateException("bus");
            }
            moved.add(run);
        });
        host.driver.copy(batch);
        assertThat(moved).containsExactly(0, 1, 3);
        assertThat(batch.declined).containsExactly(2);
        host.driver.close();
        assertThat(host.count(Tally.COPY_FAILURES)).isEqualTo(1);
    }

    @Test
    void shouldFreeTheEngineOfACopyThatEndsInAnError() {
        var host = new FakeHost(new LoopActors(), "engines", "1");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> host.driver.copy(new Batch(0, 1, _ -> {
                        throw new AssertionError("bug");
                    })))
                    .hasMessage("bug");
        }
        List<Integer> moved = new ArrayList<>();
        host.driver.copy(new Batch(FakeHost.NODE, 4, moved::add));
        assertThat(moved).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shouldCopyALongBatchOnSeveralEnginesAtOnce() throws InterruptedException {
        var actors = new ThreadActors();
        var host = new FakeHost(actors, "engines", "3");
        var all = new CountDownLatch(3);
        Set<Thread> engines = ConcurrentHashMap.newKeySet();
        var batch = new Batch(0, 100, _ -> {
            if (engines.add(Thread.currentThread())) {
                all.countDown();
                await(all);
            }
        });
        host.driver.copy(batch);
        host.driver.close();
        assertThat(all.getCount()).as("engines that had to meet").isZero();
        assertThat(actors.join()).isEmpty();
        batch.assertAllPagesMovedOnce();
    }

    @Test
    void shouldDivideALongRunAmongEngines() throws InterruptedException {
        var actors = new ThreadActors();
        var host = new FakeHost(actors);
        var both = new CountDownLatch(2);
        Set<Thread> engines = ConcurrentHashMap.newKeySet();
        var batch = new Batch(0, 1, 513, _ -> {
            if (engines.add(Thread.currentThread())) {
                both.countDown();
                await(both);
            }
        });
        host.driver.copy(batch);
        host.driver.close();
        assertThat(both.getCount()).as("engines that had to meet").isZero();
        assertThat(actors.join()).isEmpty();
        batch.assertAllPagesMovedOnce();
    }

    @Test
    void shouldDeclineOnlyWhatFailsOnOneOfTwoEngines() throws InterruptedException {
        var actors = new ThreadActors();
        var host = new FakeHost(actors);
        var both = new CountDownLatch(2);
        Set<Thread> engines = ConcurrentHashMap.newKeySet();
        var failed = new AtomicInteger(-1);
        var batch = new Batch(0, 100, run -> {
            if (engines.add(Thread.currentThread())) {
                both.countDown();
                await(both);
                if (Thread.currentThread().getName().startsWith("gpu0-copy")) {
                    failed.set(run);
                    throw new IllegalStateException("bus");
                }
            }
        });
        host.driver.copy(batch);
        host.driver.close();
        assertThat(actors.join()).isEmpty();
        assertThat(failed.get()).isNotNegative();
        assertThat(batch.declined).containsExactly(failed.get());
        for (int run = 0; run < 100; run++) {
            assertThat(batch.movedPages(run)).isEqualTo(run == failed.get() ? 0 : 8);
        }
    }

    @Test
    void shouldMoveEachPageOnceWhileCallersShareEngines() throws InterruptedException {
        var actors = new ThreadActors();
        var host = new FakeHost(actors, "engines", "4");
        List<Batch> batches = new CopyOnWriteArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
            int source = thread % 2;
            actors.start("copier" + thread, 0, repeat(BATCHES, () -> {
                var batch = new Batch(source, 5, 77, _ -> {});
                host.driver.copy(batch);
                batches.add(batch);
            }));
        }
        actors.await(() -> batches.size() == 3 * BATCHES, TimeUnit.SECONDS.toNanos(60));
        host.driver.close();
        assertThat(actors.join()).isEmpty();
        assertThat(batches).hasSize(3 * BATCHES).allSatisfy(Batch::assertAllPagesMovedOnce);
    }

    private static Step repeat(int times, Runnable work) {
        var left = new AtomicInteger(times);
        return _ -> {
            work.run();
            return left.decrementAndGet() > 0 ? Step.Progress.MORE : Step.Progress.DONE;
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException interruption) {
            throw new IllegalStateException(interruption);
        }
    }

    /** Runs of equal length; counts how often each page is moved. */
    private static final class Batch implements CopyBatch {
        private final int sourceNode;
        private final int runs;
        private final int pagesEach;
        private final IntConsumer mover;
        private final AtomicIntegerArray moves;
        final Set<Integer> declined = ConcurrentHashMap.newKeySet();

        Batch(int sourceNode, int runs, IntConsumer mover) {
            this(sourceNode, runs, 8, mover);
        }

        Batch(int sourceNode, int runs, int pagesEach, IntConsumer mover) {
            this.sourceNode = sourceNode;
            this.runs = runs;
            this.pagesEach = pagesEach;
            this.mover = mover;
            this.moves = new AtomicIntegerArray(runs * pagesEach);
        }

        int movedPages(int run) {
            int moved = 0;
            for (int page = 0; page < pagesEach; page++) {
                moved += moves.get(run * pagesEach + page);
            }
            return moved;
        }

        void assertAllPagesMovedOnce() {
            for (int page = 0; page < moves.length(); page++) {
                assertThat(moves.get(page)).isEqualTo(1);
            }
        }

        @Override
        public int sourceNode() {
            return sourceNode;
        }

        @Override
        public int runs() {
            return runs;
        }

        @Override
        public int targetNode() {
            return sourceNode == FakeHost.NODE ? 0 : FakeHost.NODE;
        }

        @Override
        public long sourcePfn(int run) {
            return run * 100L;
        }

        @Override
        public long targetPfn(int run) {
            return run * 200L;
        }

        @Override
        public int pages(int run) {
            return pagesEach;
        }

        @Override
        public void move(int run, int first, int pages) {
            mover.accept(run);
            for (int page = first; page < first + pages; page++) {
                moves.incrementAndGet(run * pagesEach + page);
            }
        }

        @Override
        public void decline(int run) {
            declined.add(run);
        }

        @Override
        public void moveAll() {
            throw new AssertionError("a driver with engines uses them");
        }
    }
}

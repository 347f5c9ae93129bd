package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
        for (int thread = 0; thread < 4; thread++) {
            int source = thread % 2;
            actors.start(
                    "copier" + thread,
                    0,
                    repeat(
                            BATCHES,
                            () -> host.driver.copy(new Batch(source, 3, _ -> {
                                most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                                both.countDown();
                                await(both);
                                LockSupport.parkNanos(WHILE_NS);
                                moved.incrementAndGet();
                                inFlight.decrementAndGet();
                            }))));
        }
        actors.await(() -> moved.get() == 4 * BATCHES * 3, TimeUnit.SECONDS.toNanos(60));
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
    void shouldFreeTheEngineOfACopyThatFails() {
        var host = new FakeHost(new LoopActors(), "engines", "1");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> host.driver.copy(new Batch(0, 1, _ -> {
                        throw new IllegalStateException("bus");
                    })))
                    .hasMessage("bus");
        }
        List<Integer> moved = new ArrayList<>();
        host.driver.copy(new Batch(FakeHost.NODE, 4, moved::add));
        assertThat(moved).containsExactly(0, 1, 2, 3);
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

    private record Batch(int sourceNode, int runs, IntConsumer mover) implements CopyBatch {
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
            return 8;
        }

        @Override
        public void move(int run) {
            mover.accept(run);
        }
    }
}

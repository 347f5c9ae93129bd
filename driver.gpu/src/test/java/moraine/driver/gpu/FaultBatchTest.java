package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import org.junit.jupiter.api.Test;

/** How faults gather, overflow, are drained and replayed; one thread, the same every time. */
final class FaultBatchTest {
    private final LoopActors loop = new LoopActors();

    @Test
    void shouldGatherFaultsOfAllResidentBlocks() {
        var host = new FakeHost(loop, "faults", "1024");
        FakeSpace space = host.space(3, 2048);
        FakeLaunch launch = host.launch(space, TripleKernel.over(space).prepare());
        loop.run();
        assertThat(host.raises).hasValue(1);
        assertThat(host.serve()).isEqualTo(512);
        assertThat(launch.ended()).isFalse();
    }

    @Test
    void shouldLoseNothingWhenTheBufferOverflows() {
        var host = new FakeHost(loop);
        FakeSpace space = host.space(3, 2048);
        TripleKernel kernel = TripleKernel.over(space).prepare();
        FakeLaunch launch = host.launch(space, kernel);
        serveUntilQuiet(host);
        launch.assertDone();
        assertThat(kernel.wrong()).isZero();
        assertThat(host.largestBatch()).isEqualTo(256);
        assertThat(host.count(Tally.OVERFLOWS)).isGreaterThanOrEqualTo(256);
        assertThat(host.count(Tally.FAULTS)).isEqualTo(host.drained());
        assertThat(host.count(Tally.BLOCKS)).isEqualTo(1024);
        assertThat(host.count(Tally.REPLAYS)).isEqualTo(host.batches.size());
        assertThat(host.stepsEnded).hasValue(1024);
        assertThat(host.count(Tally.STEPS)).isGreaterThan(1024);
    }

    @Test
    void shouldTellOfAnOverflowOnceAnEpisode() {
        var host = new FakeHost(loop, "faults", "4", "resident", "10", "workers", "1");
        FakeSpace space = host.space(3, 40);
        host.launch(space, TripleKernel.over(space).prepare());
        loop.run();
        assertThat(host.overflows).as("the episode lasts until the drain").isEmpty();
        host.room = 2;
        assertThat(host.drain()).hasSize(2);
        assertThat(host.overflows).containsExactly(new FakeHost.Overflow(3, space.page(4), 6));
        assertThat(host.drain()).hasSize(2);
        assertThat(host.overflows).as("nothing more was lost").hasSize(1);
        host.driver.replay();
        loop.run();
        host.serve();
        assertThat(host.overflows).hasSize(2);
        assertThat(host.overflows.stream().mapToLong(FakeHost.Overflow::faults).sum())
                .isEqualTo(host.count(Tally.OVERFLOWS));
    }

    @Test
    void shouldNotOverflowWhenTheHostIsPrompt() {
        var host = new FakeHost(loop);
        FakeSpace space = host.space(3, 2048);
        TripleKernel kernel = TripleKernel.over(space).prepare();
        FakeLaunch launch = host.launch(space, kernel);
        while (loop.turn()) {
            if (host.raises.getAndSet(0) > 0) {
                host.serve();
            }
        }
        launch.assertDone();
        assertThat(kernel.wrong()).isZero();
        assertThat(host.largestBatch()).isBetween(192, 256);
        assertThat(host.count(Tally.OVERFLOWS)).isZero();
        assertThat(host.overflows).isEmpty();
    }

    @Test
    void shouldLoseNothingWhenTheBufferHoldsOneFault() {
        var host = new FakeHost(loop, "faults", "1", "resident", "8");
        FakeSpace space = host.space(3, 64);
        TripleKernel kernel = TripleKernel.over(space).prepare();
        FakeLaunch launch = host.launch(space, kernel);
        serveUntilQuiet(host);
        launch.assertDone();
        assertThat(kernel.wrong()).isZero();
        assertThat(host.largestBatch()).isEqualTo(1);
    }

    @Test
    void shouldReplayOnlyWhatWasDrained() {
        var host = new FakeHost(loop, "faults", "1024");
        host.room = 100;
        FakeSpace space = host.space(3, 1024);
        host.launch(space, TripleKernel.over(space).prepare());
        serveUntilQuiet(host);
        List<FakeHost.Fault> all = host.batches.stream().flatMap(List::stream).toList();
        assertThat(all).doesNotHaveDuplicates().hasSize(1024);
        assertThat(host.batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void shouldServeSeveralDrainsWithOneReplay() {
        var host = new FakeHost(loop, "faults", "1024");
        FakeSpace space = host.space(3, 1024);
        FakeLaunch launch = host.launch(space, TripleKernel.over(space).prepare());
        loop.run();
        host.room = 200;
        Stream.generate(host::drain)
                .takeWhile(batch -> !batch.isEmpty())
                .flatMap(List::stream)
                .forEach(fault -> space.serve(fault.address(), fault.intent()));
        assertThat(host.batches).extracting(List::size).containsExactly(200, 200, 112);
        loop.run();
        assertThat(host.count(Tally.BLOCKS))
                .as("no block runs before the replay")
                .isZero();
        space.mapAll();
        host.driver.replay();
        loop.run();
        launch.assertDone();
    }

    @Test
    void shouldRunOtherBlocksWhileOneIsParked() {
        var host = new FakeHost(loop, "resident", "4", "workers", "1");
        FakeSpace space = host.space(3, 64);
        TripleKernel kernel = TripleKernel.over(space).prepare();
        space.mapAll();
        space.translations.set(5, FakeSpace.MISSING);
        FakeLaunch launch = host.launch(space, kernel);
        loop.run();
        assertThat(launch.ended()).isFalse();
        assertThat(host.serve()).isEqualTo(1);
        loop.run();
        launch.assertDone();
        assertThat(kernel.wrong()).isZero();
        assertThat(host.batches.getFirst()).containsExactly(new FakeHost.Fault(3, space.page(5), Intent.READ));
    }

    @Test
    void shouldRaiseThoughABlockNeverPauses() {
        var host = new FakeHost(loop, "workers", "1");
        FakeSpace space = host.space(3, 4);
        space.translations.set(0, FakeSpace.WRITABLE);
        long[] stop = {0};
        FakeLaunch spinning = host.launch(space, OneBlock.of(memory -> {
            memory.getAndAddLong(space.page(0), 1);
            return stop[0] == 0;
        }));
        loop.turn();
        FakeLaunch faulting = host.launch(space, OneBlock.of(memory -> memory.getLong(space.page(1)) < 0));
        for (int turn = 0; turn < 5; turn++) {
            loop.turn();
        }
        assertThat(host.raises).hasValue(1);
        host.serve();
        loop.turn();
        loop.turn();
        faulting.assertDone();
        stop[0] = 1;
        loop.run();
        spinning.assertDone();
    }

    @Test
    void shouldRepeatLostFaultsWhenOnlyFaultsOfEndedLaunchesAreLeft() {
        var host = new FakeHost(loop, "faults", "4", "resident", "16", "workers", "1");
        FakeSpace first = host.space(3, 8);
        FakeSpace second = host.space(4, 8);
        FakeLaunch ending = host.launch(first, TripleKernel.over(first).prepare());
        loop.run();
        TripleKernel kernel = TripleKernel.over(second).prepare();
        FakeLaunch waiting = host.launch(second, kernel);
        loop.run();
        host.driver.detach(first.id);
        loop.run();
        ending.assertFailed(Errno.EBADF, "space was closed");
        assertThat(host.serve()).isZero();
        serveUntilQuiet(host);
        waiting.assertDone();
        assertThat(kernel.wrong()).isZero();
    }

    @Test
    void shouldNotResumeABlockBeforeItsFaultWasServed() {
        var host = new FakeHost(loop, "workers", "2");
        FakeSpace space = host.space(3, 2);
        FakeLaunch launch = host.launch(space, TripleKernel.over(space).prepare());
        loop.run();
        loop.nowNs = 45_000;
        host.serve();
        loop.nowNs = 300;
        loop.run();
        assertThat(host.raises).as("the write has not faulted yet").hasValue(1);
        loop.nowNs = 45_000;
        loop.run();
        assertThat(host.raises).hasValue(2);
        host.serve();
        loop.run();
        launch.assertDone();
    }

    @Test
    void shouldRunTheSameWayEveryTime() {
        assertThat(trace()).isEqualTo(trace());
    }

    private static List<List<FakeHost.Fault>> trace() {
        var actors = new LoopActors();
        var host = new FakeHost(actors, "workers", "3", "faults", "64", "resident", "100");
        FakeSpace first = host.space(1, 600);
        FakeSpace second = host.space(2, 400);
        FakeLaunch one = host.launch(first, new TripleKernel(first, 0, 100, 3).prepare());
        FakeLaunch two = host.launch(second, new TripleKernel(second, 0, 200, 1).prepare());
        do {
            actors.run();
        } while (host.serve() > 0);
        one.assertDone();
        two.assertDone();
        return host.batches;
    }

    private void serveUntilQuiet(FakeHost host) {
        do {
            loop.run();
        } while (host.serve() > 0);
        loop.run();
    }
}

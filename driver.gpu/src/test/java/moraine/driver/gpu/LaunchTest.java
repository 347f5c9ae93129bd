package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Meter;
import org.junit.jupiter.api.Test;

/** How launches end, well and otherwise; one thread, the same every time. */
final class LaunchTest {
    private final LoopActors loop = new LoopActors();
    private final FakeHost host = new FakeHost(loop);

    @Test
    void shouldRunWithoutFaultsWhereAllIsMapped() {
        FakeSpace space = host.space(3, 2000);
        space.mapAll();
        TripleKernel kernel = TripleKernel.over(space).prepare();
        FakeLaunch launch = host.launch(space, kernel);
        loop.run();
        launch.assertDone();
        assertThat(kernel.wrong()).isZero();
        assertThat(host.raises).hasValue(0);
    }

    @Test
    void shouldRunKernelsOfSeveralSpacesSideBySide() {
        List<TripleKernel> kernels = new ArrayList<>();
        List<FakeLaunch> launches = new ArrayList<>();
        for (int id = 1; id <= 5; id++) {
            TripleKernel kernel = TripleKernel.over(host.space(id, 300)).prepare();
            kernels.add(kernel);
            launches.add(host.launch(host.space(id), kernel));
        }
        loop.run();
        assertThat(host.drain()).extracting(FakeHost.Fault::space).contains(1, 2, 3, 4, 5);
        host.spaces.values().forEach(FakeSpace::mapAll);
        host.driver.replay();
        loop.run();
        launches.forEach(FakeLaunch::assertDone);
        assertThat(kernels).allSatisfy(kernel -> assertThat(kernel.wrong()).isZero());
    }

    @Test
    void shouldEndAnEmptyGridAtOnce() {
        host.launch(host.space(3, 1), new OneBlock("none", 0, _ -> false)).assertDone();
    }

    @Test
    void shouldRefuseWhatCannotRun() {
        FakeSpace space = host.space(3, 1);
        host.launch(space, new OneBlock("odd", -1, _ -> false)).assertFailed(Errno.EINVAL, "odd has -1 blocks");
        host.launch(new FakeSpace(9, 1), OneBlock.of(_ -> false)).assertFailed(Errno.EBADF, "space 9");
        host.launch(space, OneBlock.of(_ -> false));
        FakeLaunch noBlock = host.launch(space, new Kernel() {
            @Override
            public String name() {
                return "hollow";
            }

            @Override
            public int blocks() {
                return 1;
            }

            @Override
            public Block block(int index) {
                throw new IllegalStateException("no block");
            }
        });
        loop.run();
        noBlock.assertFailed(Errno.EIO, "block 0 of 1 threw");
    }

    @Test
    void shouldFailOnlyTheLaunchWhoseAccessIsForbidden() {
        FakeSpace space = host.space(3, 200);
        space.allowed.set(77, FakeSpace.MISSING);
        FakeLaunch bad = host.launch(space, TripleKernel.over(space));
        FakeSpace other = host.space(4, 200);
        TripleKernel kernel = TripleKernel.over(other).prepare();
        FakeLaunch good = host.launch(other, kernel);
        serveUntilQuiet();
        bad.assertFailed(Errno.EFAULT, "block 77 of 100 cannot read 0x" + Long.toHexString(space.page(77)));
        good.assertDone();
        assertThat(kernel.wrong()).isZero();
    }

    @Test
    void shouldFailTheWriterAndNotTheReaderOfAReadOnlyPage() {
        FakeSpace space = host.space(3, 1);
        space.allowed.set(0, FakeSpace.READABLE);
        FakeLaunch reader = host.launch(space, OneBlock.of(memory -> memory.getInt(space.page(0)) != 0));
        FakeLaunch writer = host.launch(space, OneBlock.of(memory -> {
            memory.putInt(space.page(0), 1);
            return false;
        }));
        serveUntilQuiet();
        reader.assertDone();
        writer.assertFailed(Errno.EFAULT, "block 0 of 1 cannot write");
    }

    @Test
    void shouldIgnoreACancelThatMeetsNobody() {
        FakeSpace space = host.space(3, 2);
        FakeLaunch launch = host.launch(space, OneBlock.of(memory -> memory.getInt(space.page(0)) != 0));
        loop.run();
        host.driver.cancel(3, space.page(0), Errno.EFAULT);
        host.driver.cancel(8, space.page(0), Errno.EFAULT);
        assertThat(launch.ended()).as("its fault is still in the buffer").isFalse();
        assertThat(host.drain()).hasSize(1);
        host.driver.cancel(3, space.page(1), Errno.EFAULT);
        assertThat(launch.ended()).isFalse();
        host.driver.cancel(3, space.page(0) + 5, Errno.SIGBUS);
        launch.assertFailed(Errno.SIGBUS, "the page is lost");
    }

    @Test
    void shouldFailOnlyTheLaunchWhoseBlockThrows() {
        FakeSpace space = host.space(3, 4);
        space.mapAll();
        FakeLaunch thrown = host.launch(space, OneBlock.of(_ -> {
            throw new ArithmeticException("/ by zero");
        }));
        FakeLaunch error = host.launch(space, OneBlock.of(_ -> {
            throw new StackOverflowError();
        }));
        FakeLaunch refused = host.launch(space, OneBlock.of(_ -> {
            throw MoraineException.caller(Errno.EINVAL, "not aligned");
        }));
        FakeLaunch invented = host.launch(space, OneBlock.of(_ -> {
            throw PageFault.INSTANCE;
        }));
        FakeLaunch good = host.launch(space, TripleKernel.over(space));
        loop.run();
        thrown.assertFailed(Errno.EIO, "block 0 of 1 threw java.lang.ArithmeticException");
        thrown.assertFailed(Errno.EIO, "/ by zero");
        error.assertFailed(Errno.EIO, "StackOverflowError");
        refused.assertFailed(Errno.EINVAL, "not aligned");
        invented.assertFailed(Errno.EIO, "PageFault");
        good.assertDone();
    }

    @Test
    void shouldFailABlockThatKeepsItsPageFault() {
        FakeSpace space = host.space(3, 1);
        FakeLaunch launch = host.launch(space, OneBlock.of(memory -> {
            try {
                memory.getInt(space.page(0));
            } catch (PageFault _) {
                return true;
            }
            return false;
        }));
        loop.run();
        launch.assertFailed(Errno.EIO, "caught the page fault at 0x30000000000; let it pass");
    }

    @Test
    void shouldFailAtOnceWhenTheDeviceCannotFault() {
        var rigid = new FakeHost(loop, "faulting", "false");
        assertThat(rigid.driver.capabilities().faulting()).isFalse();
        FakeSpace space = rigid.space(3, 2);
        space.translations.set(0, FakeSpace.WRITABLE);
        FakeLaunch launch = rigid.launch(space, TripleKernel.over(space));
        loop.run();
        launch.assertFailed(Errno.EFAULT, "no translation to write 0x30000001000 and the device cannot fault");
        assertThat(rigid.raises).hasValue(0);
    }

    @Test
    void shouldKeepBlocksFromTheAccessOutsideTheirSteps() {
        FakeSpace space = host.space(3, 1);
        space.mapAll();
        List<DeviceAccess> kept = new ArrayList<>();
        FakeLaunch closing = host.launch(space, OneBlock.of(memory -> {
            kept.add(memory);
            memory.close();
            return false;
        }));
        loop.run();
        closing.assertFailed(Errno.EPERM, "belongs to the device");
        assertThatThrownBy(() -> kept.getFirst().getLong(space.page(0)))
                .isInstanceOf(MoraineException.class)
                .hasMessageContaining("outside a block's step");
    }

    @Test
    void shouldEndLaunchesOfADetachedSpaceOnly() {
        FakeSpace space = host.space(3, 400);
        FakeSpace other = host.space(4, 400);
        FakeLaunch cut = host.launch(space, TripleKernel.over(space));
        TripleKernel kernel = TripleKernel.over(other).prepare();
        FakeLaunch stays = host.launch(other, kernel);
        loop.run();
        space.closed = true;
        host.driver.detach(3);
        cut.assertFailed(Errno.EBADF, "ended after 0 of 200 blocks: the space was closed");
        serveUntilQuiet();
        stays.assertDone();
        assertThat(kernel.wrong()).isZero();
        assertThat(space.openAccesses.sum()).isZero();
        assertThat(host.batches.stream().flatMap(List::stream)).allMatch(fault -> fault.space() == 4);
        FakeSpace again = host.space(3, 4);
        FakeLaunch launch = host.launch(again, TripleKernel.over(again));
        serveUntilQuiet();
        launch.assertDone();
    }

    @Test
    void shouldTellEveryLaunchOnceWhenTheDeviceGoesAway() {
        List<FakeLaunch> launches = IntStream.range(1, 4)
                .mapToObj(id -> host.launch(host.space(id, 1000), TripleKernel.over(host.space(id))))
                .toList();
        loop.run();
        host.driver.close();
        host.revoked = true;
        loop.run();
        assertThat(launches)
                .allSatisfy(launch -> launch.assertFailed(Errno.ENODEV, " of 500 blocks: the device went away"));
        host.launch(host.space(1), OneBlock.of(_ -> false)).assertFailed(Errno.ENODEV, "another device");
        assertThat(loop.allDone()).isTrue();
        assertThat(host.spaces.values())
                .allSatisfy(s -> assertThat(s.openAccesses.sum()).isZero());
    }

    @Test
    void shouldChargeEachLaunchOnce() {
        var charged = new ArrayList<Cost>();
        host.meter = new Meter() {
            @Override
            public void charge(Cost cost, int initiator, int from, int to, long amount) {
                assertThat(initiator).isEqualTo(FakeHost.NODE);
                charged.add(cost);
            }

            @Override
            public void access(int initiator, int node, long address, int bytes, Intent intent) {}
        };
        FakeSpace space = host.space(3, 40);
        host.launch(space, TripleKernel.over(space));
        host.launch(space, TripleKernel.over(space));
        serveUntilQuiet();
        assertThat(charged).containsExactly(Cost.LAUNCH, Cost.LAUNCH);
    }

    private void serveUntilQuiet() {
        do {
            loop.run();
        } while (host.serve() > 0);
        loop.run();
    }
}

package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.GPU0;
import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.outcome;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Pin;
import moraine.core.api.host.Stream;
import moraine.core.api.host.Userfault;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.merge.Merger;
import moraine.core.impl.plugins.Patience;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A space that is ended because memory is full, while others are at it: everything is freed and nobody else is hurt.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class KilledRaceTest {
    private static final int PAGES = 8;
    private static final long BYTES = (long) PAGES * Pages.SIZE;
    private static final String TOUCH = "touch";

    @TempDir
    private Path directory;

    private final AtomicReference<Errno> touched = new AtomicReference<>();

    private static void kill(Stage stage) {
        Agent agent = stage.rooms.begin();
        try {
            stage.space.kill(agent, RAM);
        } finally {
            stage.rooms.done(agent);
        }
    }

    private static void awaitEnd(Stage stage) {
        stage.gates.until("the space is gone", () -> stage.spaces().byId(stage.space.id()) == null);
    }

    private static void assertAllFree(Stage stage, long but) {
        long used = stage.machine.nodes().stream()
                .mapToLong(node -> node.pages() - node.freePages())
                .sum();
        assertThat(used).as("pages in use").isEqualTo(but);
        assertThat(stage.machine.counter("swap.free.pages")).isEqualTo(stage.machine.counter("swap.total.pages"));
    }

    private void touch(Stage stage, long address) {
        stage.cpu(TOUCH, cpu -> touched.set(outcome(() -> cpu.putLong(address, 5))));
    }

    @Test
    void shouldLeaveWhatIsPinnedUntilItIsLetGo() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(PAGES);
            stage.toDevice("gpu0", page(at, 4), 2);
            Pin pin = stage.space.pin(at, Pages.SIZE, PinKind.LONG, Intent.WRITE);
            kill(stage);
            awaitEnd(stage);
            assertAllFree(stage, 1);
            long[] word = new long[1];
            pin.read(0, MemorySegment.ofArray(word));
            assertThat(word[0]).isEqualTo(1);
            pin.close();
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldHurtNoForkOfIt() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(PAGES);
            stage.space.advise(at, BYTES, Advice.MERGEABLE);
            stage.write(page(at, 1), 1);
            SpaceImpl child = (SpaceImpl) stage.space.fork("child");
            assertThat(stage.reclaim(stage.pfn(page(at, 3)))).isOne();
            try (Merger merger = new Merger(stage.rooms, stage.spaces())) {
                assertThat(merger.settle()).isPositive();
            }
            kill(stage);
            awaitEnd(stage);
            for (int i = 0; i < PAGES; i++) {
                assertThat(Stage.read(child, page(at, i))).isEqualTo(i == 1 ? 1 : i + 1);
            }
            child.close();
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldEndWhatADeviceHasAlone() {
        try (Stage stage = Stage.exclusive()) {
            long at = stage.written(PAGES);
            Stage.done(stage.launch("gpu0", memory -> {
                memory.getAndAddLong(at, 1);
                return false;
            }));
            kill(stage);
            awaitEnd(stage);
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldEndLaunchesOfItWithItsOwnEnd() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(PAGES);
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Stream stream = stage.machine.device("gpu0").stream(stage.space);
            Launch working = stream.launch(Stage.kernel(memory -> {
                memory.getAndAddLong(at, 1);
                return false;
            }));
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);
            Launch next = stream.launch(Stage.kernel(_ -> false));
            Launch last = stream.launch(Stage.kernel(_ -> false));
            kill(stage);
            stage.gates.awaitWithin("moraine-reaper", "DeviceHost.spaceClosed");
            stage.gates.release(Point.RANGE_READ, GPU0);
            awaitEnd(stage);
            assertThat(outcome(working)).isEqualTo(Errno.SIGKILL);
            assertThat(outcome(next)).isEqualTo(Errno.SIGKILL);
            assertThat(outcome(last)).isEqualTo(Errno.SIGKILL);
            assertThat(outcome(stream.launch(Stage.kernel(_ -> false)))).isEqualTo(Errno.SIGKILL);
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldNotWaitForAHandlerThatADeviceWaitsFor() {
        try (Stage stage = Stage.hidden()) {
            var asked = new CountDownLatch(1);
            long at = stage.untouched(PAGES);
            stage.space.userfault(at, BYTES, (_, _, _) -> asked.countDown());
            Launch launch = stage.launch("gpu0", memory -> {
                memory.getLong(at);
                return false;
            });
            stage.gates.until("the handler is asked", () -> asked.getCount() == 0);
            long begun = System.nanoTime();
            kill(stage);
            awaitEnd(stage);
            assertThat(System.nanoTime() - begun)
                    .as("nobody waits for the device until the deadline for drivers")
                    .isLessThan(Patience.LIMITS.lifecycleNs() / 2);
            assertThat(outcome(launch)).isEqualTo(Errno.SIGKILL);
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldEndTouchesThatWaitForAHandler() {
        try (Stage stage = Stage.hidden()) {
            var asked = new CountDownLatch(1);
            long at = stage.untouched(PAGES);
            Userfault range = stage.space.userfault(at, BYTES, (_, _, _) -> asked.countDown());
            touch(stage, at);
            stage.gates.until("the handler is asked", () -> asked.getCount() == 0);
            kill(stage);
            stage.gates.awaitEnd(TOUCH);
            assertThat(touched).hasValue(Errno.SIGKILL);
            awaitEnd(stage);
            assertThat(outcome(() -> range.fill(at, MemorySegment.ofArray(new byte[Pages.SIZE]))))
                    .isEqualTo(Errno.ENOENT);
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldEndATouchWhosePageComesBackFromSwap() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(PAGES);
            assertThat(stage.reclaim(stage.pfn(at))).isOne();
            stage.gates.hold(Point.SWAP_READ, TOUCH);
            touch(stage, at);
            stage.gates.awaitHeld(Point.SWAP_READ, TOUCH);
            kill(stage);
            stage.gates.release(Point.SWAP_READ, TOUCH);
            stage.gates.awaitEnd(TOUCH);
            awaitEnd(stage);
            assertThat(touched.get()).isIn(Errno.OK, Errno.SIGKILL);
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldEndWhileItsPagesGoToSwap() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(PAGES);
            stage.gates.hold(Point.SWAP_WRITTEN, "out");
            long pfn = stage.pfn(at);
            stage.gates.start("out", () -> stage.reclaim(pfn));
            stage.gates.awaitHeld(Point.SWAP_WRITTEN, "out");
            kill(stage);
            stage.gates.until("it is unmapped", () -> stage.entry(at) == Pte.NONE);
            stage.gates.release(Point.SWAP_WRITTEN, "out");
            stage.gates.awaitEnd("out");
            awaitEnd(stage);
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldEndWhileItIsForked() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(PAGES);
            stage.gates.hold(Point.FORK_COPYING, "fork");
            var child = new AtomicReference<SpaceImpl>();
            stage.gates.start("fork", () -> child.set((SpaceImpl) stage.space.fork("child")));
            stage.gates.awaitHeld(Point.FORK_COPYING, "fork");
            kill(stage);
            stage.gates.release(Point.FORK_COPYING, "fork");
            stage.gates.awaitEnd("fork");
            awaitEnd(stage);
            SpaceImpl forked = Objects.requireNonNull(child.get());
            assertThat(Stage.read(forked, page(at, 2))).isEqualTo(3);
            forked.close();
            assertAllFree(stage, 0);
        }
    }

    @Test
    void shouldWriteBackWhatItStoredToAFile() throws Exception {
        try (Stage stage = Stage.hidden()) {
            Path path = Files.write(directory.resolve("file"), new byte[(int) BYTES]);
            var file = stage.machine.openFile(path, true);
            long at = stage.space.mmap(MapRequest.anonymous(BYTES).shared(), file, 0);
            file.close();
            stage.write(page(at, 2), 7);
            kill(stage);
            awaitEnd(stage);
            stage.gates.until(
                    "the file has left", () -> stage.rooms.cache.objects().isEmpty());
            assertThat(Files.readAllBytes(path)[2 * Pages.SIZE]).isEqualTo((byte) 7);
            assertAllFree(stage, 0);
        }
    }

    /** A touch comes when the space is closed and not yet unmapped, for somebody else changes its mappings. */
    @Test
    void shouldSayThatASpaceIsClosedToATouchThatComesBefore() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(PAGES);
            long other = stage.written(1);
            stage.toDevice("gpu0", at, 1);
            CpuContext cpu = stage.space.attach(RAM);
            stage.gates.hold(Point.UNMAP_PUBLISHED, "unmap");
            stage.gates.start("unmap", () -> stage.space.munmap(other, Pages.SIZE));
            stage.gates.awaitHeld(Point.UNMAP_PUBLISHED, "unmap");
            stage.gates.start("close", stage.space::close);
            stage.gates.awaitWithin("close", "SpaceImpl.lockExclusive");
            stage.gates.start(TOUCH, () -> touched.set(outcome(() -> cpu.getLong(at))));
            stage.gates.until("the touch has ended or waits", () -> touched.get() != null || waits(TOUCH));
            stage.gates.release(Point.UNMAP_PUBLISHED, "unmap");
            stage.gates.awaitEnd("unmap");
            stage.gates.awaitEnd("close");
            stage.gates.awaitEnd(TOUCH);
            assertThat(touched).hasValue(Errno.EBADF);
            cpu.close();
            assertAllFree(stage, 0);
        }
    }

    private static boolean waits(String thread) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals(thread))
                .flatMap(entry -> Arrays.stream(entry.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals("lockShared"));
    }

    @Test
    void shouldRefuseEverythingAfterwards() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(PAGES);
            CpuContext cpu = stage.space.attach(RAM);
            kill(stage);
            awaitEnd(stage);
            assertThat(outcome(() -> cpu.getLong(at))).isEqualTo(Errno.SIGKILL);
            assertThat(outcome(() -> stage.space.mmap(MapRequest.anonymous(BYTES))))
                    .isEqualTo(Errno.EBADF);
            assertThat(outcome(() -> stage.space.fork("child"))).isEqualTo(Errno.EBADF);
            assertThat(outcome(() -> stage.space.migrate(at, BYTES, NEAR, Cause.USER)))
                    .isEqualTo(Errno.EBADF);
            assertThat(outcome(() -> stage.machine.device("gpu1").launch(stage.space, Stage.kernel(_ -> false))))
                    .isEqualTo(Errno.EBADF);
            assertThat(outcome(() -> stage.machine.device("gpu1").migrateToDevice(stage.space, at, BYTES)))
                    .isEqualTo(Errno.EBADF);
            assertThat(outcome(() -> stage.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)))
                    .isEqualTo(Errno.EBADF);
            cpu.close();
            assertThat(stage.machine.spaces()).isEmpty();
            assertAllFree(stage, 0);
        }
    }
}

package moraine.core.impl.userfault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Userfault;
import moraine.core.api.host.UserfaultHandler;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Environment;
import moraine.core.impl.cache.DeviceMachines;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Leaps;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.core.impl.tuning.Tuning;
import moraine.testkit.JvmThreads;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranges that a handler fills. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UserfaultTest {
    private static final int PAGES = 4;
    private static final long BYTES = (long) PAGES * Pages.SIZE;
    private static final UserfaultHandler FILLS =
            (range, address, _) -> range.fill(address, MemorySegment.ofArray(content()));

    private final ExecutorService threads = Executors.newCachedThreadPool();

    static List<Supplier<Environment>> environments() {
        return List.of(VirtualEnvironment::new, UserfaultTest::wall);
    }

    private static Environment wall() {
        return new ThreadedEnvironment(new JvmThreads(), 1);
    }

    private static byte[] content() {
        byte[] bytes = new byte[Pages.SIZE];
        Arrays.fill(bytes, (byte) 0xAB);
        return bytes;
    }

    private static void fails(Errno errno, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    /** A machine with a space of four anonymous pages. */
    private static final class Scene implements AutoCloseable {
        final TestMachine under;
        final AddressSpace space;
        final long at;

        Scene(Environment environment) {
            under = DeviceMachines.create("hidden", environment);
            space = under.machine().openSpace("s");
            at = space.mmap(MapRequest.anonymous(BYTES));
        }

        byte read(long address) {
            try (CpuContext cpu = space.attach(0)) {
                return cpu.getByte(address);
            }
        }

        void write(long address, int value) {
            try (CpuContext cpu = space.attach(0)) {
                cpu.putByte(address, (byte) value);
            }
        }

        @Override
        public void close() {
            assertThat(under.machine().check()).isEmpty();
            space.close();
            assertThat(under.machine().check()).isEmpty();
            under.close();
        }
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** The handler made it zero, so it is not missing, whatever the mapping allows meanwhile. */
    @Test
    void shouldKeepAPageThatIsZeroThroughAMappingThatAllowsNothing() {
        try (var scene = new Scene(new VirtualEnvironment())) {
            Userfault range = scene.space.userfault(scene.at, BYTES, FILLS);
            range.zero(scene.at);
            assertThat(scene.read(scene.at)).isZero();
            scene.space.mprotect(scene.at, BYTES, Protection.NONE);
            scene.space.mprotect(scene.at, BYTES, Protection.READ_WRITE);
            assertThat(scene.read(scene.at)).isZero();
        }
    }

    /** What is missing is for the handler to fill, not zero. */
    @Test
    void shouldMakeNoLargePageOfWhatAHandlerFills() {
        try (var scene = new Scene(new VirtualEnvironment())) {
            long at = scene.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            scene.write(at, 5);
            scene.space.userfault(at, Pages.LARGE_SIZE, FILLS);
            fails(Errno.EINVAL, () -> scene.space.advise(at, Pages.LARGE_SIZE, Advice.COLLAPSE));
            assertThat(scene.read(at + Pages.SIZE)).isEqualTo((byte) 0xAB);
            assertThat(scene.read(at)).isEqualTo((byte) 5);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldFillWhatACpuTouches(Supplier<Environment> environment) {
        List<Long> asked = Collections.synchronizedList(new ArrayList<>());
        try (var scene = new Scene(environment.get())) {
            scene.write(scene.at, 5);
            scene.space.userfault(scene.at, BYTES, (range, address, intent) -> {
                asked.add(address);
                FILLS.missing(range, address, intent);
            });
            assertThat(scene.read(scene.at)).as("there before").isEqualTo((byte) 5);
            assertThat(scene.read(scene.at + Pages.SIZE + 7)).isEqualTo((byte) 0xAB);
            scene.write(scene.at + 2L * Pages.SIZE, 6);
            assertThat(scene.read(scene.at + 2L * Pages.SIZE + 1)).isEqualTo((byte) 0xAB);
            assertThat(asked).containsExactly(scene.at + Pages.SIZE, scene.at + 2L * Pages.SIZE);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldFillWhatADeviceTouches(Supplier<Environment> environment) {
        try (var scene = new Scene(environment.get())) {
            scene.space.userfault(scene.at, BYTES, FILLS);
            long[] sum = new long[1];
            DeviceMachines.run(scene.under, scene.space, memory -> {
                sum[0] = 0;
                for (int page = 0; page < PAGES; page++) {
                    sum[0] += memory.getByte(scene.at + (long) page * Pages.SIZE);
                }
                return false;
            });
            assertThat(sum[0]).isEqualTo(PAGES * (long) (byte) 0xAB);
            assertThat(scene.under.machine().counter("migrate.made.on.device.pages"))
                    .as("migration made no page in it")
                    .isZero();
            assertThat(scene.space.why(scene.at).state()).isEqualTo(PageState.PRESENT);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldShowZeroes(Supplier<Environment> environment) {
        try (var scene = new Scene(environment.get())) {
            scene.space.userfault(scene.at, BYTES, (range, address, _) -> range.zero(address));
            assertThat(scene.read(scene.at)).isZero();
            assertThat(scene.space.why(scene.at).state()).isEqualTo(PageState.ZERO);
            scene.write(scene.at, 3);
            assertThat(scene.read(scene.at)).isEqualTo((byte) 3);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldEndInABusErrorWhenTheHandlerFails(Supplier<Environment> environment) {
        try (var scene = new Scene(environment.get())) {
            scene.space.userfault(scene.at, BYTES, (range, address, intent) -> {
                if (address == scene.at) {
                    throw new IllegalStateException("planned");
                }
                FILLS.missing(range, address, intent);
            });
            fails(Errno.SIGBUS, () -> scene.read(scene.at));
            assertThat(scene.read(scene.at + Pages.SIZE)).isEqualTo((byte) 0xAB);
            fails(Errno.SIGBUS, () -> DeviceMachines.load(scene.under, scene.space, scene.at));
        }
    }

    @Test
    void shouldGiveUpAtOnceInVirtualTimeWhenNobodyCanFillLater() {
        try (var scene = new Scene(new VirtualEnvironment())) {
            scene.space.userfault(scene.at, BYTES, (_, _, _) -> {});
            fails(Errno.ETIMEDOUT, () -> scene.read(scene.at));
            fails(Errno.ETIMEDOUT, () -> DeviceMachines.load(scene.under, scene.space, scene.at));
        }
    }

    @Test
    void shouldGiveUpAtTheDeadlineAndServeTheNextTouch() {
        var clock = new Leaps();
        try (var scene = new Scene(clock.environment())) {
            var calls = new AtomicLong();
            Thread toucher = Thread.currentThread();
            scene.space.userfault(scene.at, BYTES, (range, address, intent) -> {
                if (calls.incrementAndGet() == 1) {
                    while (toucher.getState() != Thread.State.TIMED_WAITING) {
                        Thread.onSpinWait();
                    }
                    clock.leap(Tuning.USUAL.userfaultDeadlineNs);
                } else {
                    FILLS.missing(range, address, intent);
                }
            });
            fails(Errno.ETIMEDOUT, () -> scene.read(scene.at));
            assertThat(scene.read(scene.at)).isEqualTo((byte) 0xAB);
        }
    }

    /** Touches a page whose handler only tells that it was called, does something, and answers what the touch read. */
    private byte touchWhile(Scene scene, Runnable action) throws Exception {
        var called = new CountDownLatch(1);
        Userfault range = scene.space.userfault(scene.at, BYTES, (_, _, _) -> called.countDown());
        Future<Byte> touch = threads.submit(() -> scene.read(scene.at));
        called.await();
        action.run();
        try {
            return touch.get();
        } finally {
            range.close();
        }
    }

    @Test
    void shouldWakeWhoWaitsWhenAnotherThreadFills() throws Exception {
        try (var scene = new Scene(wall())) {
            var called = new CountDownLatch(2);
            Userfault range = scene.space.userfault(scene.at, BYTES, (_, _, _) -> called.countDown());
            Future<Byte> first = threads.submit(() -> scene.read(scene.at));
            Future<Byte> second = threads.submit(() -> scene.read(scene.at + Pages.SIZE));
            called.await();
            byte[] two = new byte[2 * Pages.SIZE];
            two[0] = 1;
            two[Pages.SIZE] = 2;
            range.fill(scene.at, MemorySegment.ofArray(two));
            assertThat(first.get()).isEqualTo((byte) 1);
            assertThat(second.get()).isEqualTo((byte) 2);
        }
    }

    @Test
    void shouldWakeWhoWaitsWhenItIsUnregistered() throws Exception {
        try (var scene = new Scene(wall())) {
            var called = new CountDownLatch(1);
            Userfault range = scene.space.userfault(scene.at, BYTES, (_, _, _) -> called.countDown());
            Future<Byte> touch = threads.submit(() -> scene.read(scene.at));
            called.await();
            range.close();
            assertThat(touch.get()).as("plain memory again").isZero();
            range.close();
            fails(Errno.ENOENT, () -> range.zero(scene.at + Pages.SIZE));
            scene.space.userfault(scene.at, BYTES, FILLS);
            assertThat(scene.read(scene.at + Pages.SIZE)).isEqualTo((byte) 0xAB);
        }
    }

    @Test
    void shouldWakeWhoWaitsWhenItIsUnmapped() {
        try (var scene = new Scene(wall())) {
            assertThatThrownBy(() -> touchWhile(scene, () -> scene.space.munmap(scene.at, Pages.SIZE)))
                    .hasMessageContaining("outside every mapping");
        }
    }

    @Test
    void shouldWakeWhoWaitsWhenTheSpaceCloses() {
        var scene = new Scene(wall());
        assertThatThrownBy(() -> touchWhile(scene, scene.space::close)).hasMessageContaining("closed");
        scene.close();
    }

    @Test
    void shouldBelongToTheMapping() {
        try (var scene = new Scene(new VirtualEnvironment())) {
            scene.space.userfault(scene.at, BYTES, FILLS);
            try (AddressSpace child = scene.space.fork("child");
                    CpuContext cpu = child.attach(0)) {
                assertThat(cpu.getByte(scene.at))
                        .as("a child's memory is plain")
                        .isZero();
            }
            scene.space.mprotect(scene.at, Pages.SIZE, Protection.READ);
            assertThat(scene.read(scene.at)).isEqualTo((byte) 0xAB);
            scene.space.mmap(MapRequest.anonymous(Pages.SIZE).at(scene.at + BYTES));
            long to = scene.space.mremap(scene.at + 2L * Pages.SIZE, 2L * Pages.SIZE, 16L * Pages.SIZE, true);
            assertThat(scene.read(to)).as("moved memory is plain").isZero();
            assertThat(scene.read(scene.at + Pages.SIZE)).isEqualTo((byte) 0xAB);
        }
    }

    @Test
    void shouldFillUnderProtection() {
        try (var scene = new Scene(new VirtualEnvironment())) {
            Userfault range = scene.space.userfault(scene.at, BYTES, FILLS);
            scene.space.mprotect(scene.at, BYTES, Protection.NONE);
            range.fill(scene.at, MemorySegment.ofArray(content()));
            range.zero(scene.at + Pages.SIZE);
            assertThat(scene.under.machine().check()).isEmpty();
            fails(Errno.EFAULT, () -> scene.read(scene.at));
            fails(Errno.EFAULT, () -> scene.read(scene.at + Pages.SIZE));
            scene.space.mprotect(scene.at, BYTES, Protection.READ_WRITE);
            assertThat(scene.read(scene.at)).isEqualTo((byte) 0xAB);
            assertThat(scene.read(scene.at + Pages.SIZE)).isZero();
        }
    }

    @Test
    void shouldRefuseWhatItCannotDo() {
        try (var scene = new Scene(new VirtualEnvironment())) {
            long shared = scene.space.mmap(MapRequest.anonymous(BYTES).shared());
            fails(Errno.EINVAL, () -> scene.space.userfault(shared, BYTES, FILLS));
            fails(Errno.EINVAL, () -> scene.space.userfault(scene.at + 1, BYTES, FILLS));
            fails(Errno.ENOMEM, () -> scene.space.userfault(1L << 30, BYTES, FILLS));
            Userfault range = scene.space.userfault(scene.at, 2L * Pages.SIZE, FILLS);
            fails(Errno.EBUSY, () -> scene.space.userfault(scene.at + Pages.SIZE, Pages.SIZE, FILLS));
            fails(Errno.ENOENT, () -> range.zero(scene.at + 2L * Pages.SIZE));
            fails(Errno.EINVAL, () -> range.zero(scene.at + 1));
            fails(Errno.EINVAL, () -> range.fill(scene.at, MemorySegment.ofArray(new byte[100])));
            range.zero(scene.at);
            fails(Errno.EEXIST, () -> range.zero(scene.at));
            fails(Errno.EEXIST, () -> range.fill(scene.at, MemorySegment.ofArray(content())));
            scene.space.munmap(scene.at, Pages.SIZE);
            fails(Errno.ENOENT, () -> range.zero(scene.at));
        }
    }
}

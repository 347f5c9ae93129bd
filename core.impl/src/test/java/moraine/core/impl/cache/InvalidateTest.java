package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.FileAdvice;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which pages leave the cache on request, and which stay. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class InvalidateTest {
    private static final int PAGES = 8;
    private static final long LENGTH = (long) PAGES * Pages.SIZE;

    @TempDir
    private Path directory;

    private final ScriptedStore store = new ScriptedStore();
    /** Lets a write go on that was held. */
    private final CountDownLatch go = new CountDownLatch(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TestMachine under;
    private Machine machine;
    private AddressSpace space;
    private Path path;
    private CachedFile file;

    @BeforeEach
    void open() throws IOException {
        under = DeviceMachines.create(
                "node",
                new ThreadedEnvironment(new JvmThreads(), 1),
                Backing.BYTES,
                store.over(PageCache.stores(Backing.BYTES)));
        machine = under.machine();
        space = machine.openSpace("s");
        path = Files.write(directory.resolve("file"), new byte[(int) LENGTH]);
        file = machine.openFile(path, true);
        file.read(0, MemorySegment.ofArray(new byte[(int) LENGTH]));
        assertThat(cached()).isEqualTo(PAGES);
    }

    @AfterEach
    void close() {
        go.countDown();
        threads.shutdownNow();
        assertThat(machine.check()).isEmpty();
        under.close();
    }

    private long cached() {
        return machine.counter("nr_file_pages");
    }

    private void put(long page, int value) {
        file.write(page * Pages.SIZE, MemorySegment.ofArray(new byte[] {(byte) value}));
    }

    private byte read(long page) {
        byte[] found = new byte[1];
        file.read(page * Pages.SIZE, MemorySegment.ofArray(found));
        return found[0];
    }

    @Test
    void shouldDropCleanPagesAndReadThemAgain() throws IOException {
        assertThat(file.invalidate(0, 0)).isEqualTo(PAGES);
        assertThat(cached()).isZero();
        assertThat(machine.nodes()).allMatch(node -> node.freePages() == node.pages());
        assertThat(machine.counter("file.invalidated.pages")).isEqualTo(PAGES);
        byte[] now = new byte[(int) LENGTH];
        now[3 * Pages.SIZE] = 5;
        Files.write(path, now);
        assertThat(read(3)).as("as the file is now").isEqualTo((byte) 5);
    }

    @Test
    void shouldDropPagesThatLieWhollyInTheRange() {
        assertThat(file.invalidate(1, 3L * Pages.SIZE)).isEqualTo(2);
        assertThat(file.invalidate(5L * Pages.SIZE, Pages.SIZE - 1)).isZero();
        assertThat(file.invalidate(5L * Pages.SIZE, 1L << 40)).isEqualTo(3);
        assertThat(cached()).isEqualTo(3);
    }

    @Test
    void shouldKeepDirtyPages() throws IOException {
        put(2, 9);
        assertThat(file.invalidate(0, 0)).isEqualTo(PAGES - 1);
        assertThat(read(2)).isEqualTo((byte) 9);
        file.sync();
        assertThat(file.invalidate(0, 0)).isPositive();
        assertThat(cached()).isZero();
        assertThat(Files.readAllBytes(path)[2 * Pages.SIZE]).isEqualTo((byte) 9);
    }

    @Test
    void shouldKeepPagesThatAreMappedOrPinned() {
        long at = space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
        try (CpuContext cpu = space.attach(0)) {
            cpu.getByte(at + Pages.SIZE);
        }
        Pin pin = space.pin(at + 4L * Pages.SIZE, Pages.SIZE, PinKind.SHORT, Intent.READ);
        assertThat(file.invalidate(0, 0)).isEqualTo(PAGES - 2);
        space.munmap(at, LENGTH);
        assertThat(file.invalidate(0, 0)).as("the pinned one stays").isOne();
        pin.close();
        assertThat(file.invalidate(0, 0)).isOne();
    }

    /** The file still has the older page, which a read would bring in. */
    @Test
    void shouldKeepPagesThatAreBeingWritten() throws Exception {
        put(2, 9);
        store.beforeWrite = () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        Future<?> sync = threads.submit(file::sync);
        Eventually.holds(
                "the page is being written, and not dirty",
                () -> machine.counter("nr_writeback") == 1 && machine.counter("nr_dirty") == 0);
        assertThat(file.invalidate(0, 0)).isEqualTo(PAGES - 1);
        assertThat(read(2)).isEqualTo((byte) 9);
        go.countDown();
        sync.get();
        assertThat(machine.counter("nr_writeback")).isZero();
        assertThat(file.invalidate(2L * Pages.SIZE, Pages.SIZE)).isOne();
        assertThat(read(2)).isEqualTo((byte) 9);
    }

    @Test
    void shouldRefuseWhatIsNoRange() {
        fails(() -> file.invalidate(-1, 0));
        fails(() -> file.invalidate(0, -1));
        fails(() -> file.advise(-1, 0, FileAdvice.WILLNEED));
    }

    private static void fails(ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    }
}

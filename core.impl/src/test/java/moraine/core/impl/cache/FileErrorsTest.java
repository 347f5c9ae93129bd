package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
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

/** What the system refuses, and that nothing is lost by it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileErrorsTest {
    private static final ScriptedStore.Before FULL = () -> {
        throw new IOException("No space left on device");
    };

    @TempDir
    private Path directory;

    private final ScriptedStore store = new ScriptedStore();
    private TestMachine under;
    private Machine machine;
    private AddressSpace space;
    private CpuContext cpu;
    private Path path;
    private CachedFile file;
    private long at;

    @BeforeEach
    void open() throws IOException {
        under = DeviceMachines.create(
                "hidden",
                new ThreadedEnvironment(new JvmThreads(), 1),
                Backing.BYTES,
                store.over(PageCache.stores(Backing.BYTES)));
        machine = under.machine();
        space = machine.openSpace("s");
        cpu = space.attach(0);
        path = Files.write(directory.resolve("file"), new byte[4 * Pages.SIZE]);
        file = machine.openFile(path, true);
        at = space.mmap(MapRequest.anonymous(4L * Pages.SIZE).shared(), file, 0);
    }

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        cpu.close();
        under.close();
    }

    private static void fails(Errno errno, String words, ThrowingCallable action) {
        assertThatThrownBy(action)
                .hasMessageContaining(words)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private int onDisk() throws IOException {
        return Files.readAllBytes(path)[0];
    }

    @Test
    void shouldEndTouchesOfWhatCannotBeReadInABusError() {
        store.beforeRead = () -> {
            throw new IOException("Input/output error");
        };
        fails(Errno.SIGBUS, "could not be read", () -> cpu.getLong(at));
        fails(Errno.EIO, "Input/output error", () -> file.read(0, MemorySegment.ofArray(new long[1])));
        store.beforeRead = null;
        assertThat(cpu.getLong(at)).isZero();
    }

    @Test
    void shouldKeepDirtyWhatCannotBeWritten() throws IOException {
        cpu.putByte(at, (byte) 7);
        cpu.putByte(at + 2L * Pages.SIZE, (byte) 8);
        store.beforeWrite = FULL;
        fails(Errno.EIO, "No space left on device", file::sync);
        assertThat(machine.check()).isEmpty();
        cpu.putByte(at + 1, (byte) 9);
        store.beforeWrite = null;
        file.sync();
        byte[] now = Files.readAllBytes(path);
        assertThat(now[0]).isEqualTo((byte) 7);
        assertThat(now[1]).isEqualTo((byte) 9);
        assertThat(now[2 * Pages.SIZE]).isEqualTo((byte) 8);
    }

    /** A device that has taken a page and then fails may have lost it. */
    @Test
    void shouldWriteAgainWhatTheDeviceMayNotHave() throws IOException {
        cpu.putByte(at, (byte) 7);
        cpu.putByte(at + 2L * Pages.SIZE, (byte) 8);
        under.mechanism().rooms().cache.flushLater(object());
        Eventually.holds("it is written unasked", () -> machine.counter("nr_dirty") == 0);
        cpu.putByte(at + 2L * Pages.SIZE, (byte) 9);
        store.beforeForce = () -> {
            throw new IOException("Input/output error");
        };
        fails(Errno.EIO, "cannot sync", file::sync);
        assertThat(machine.counter("nr_dirty")).isEqualTo(2);
        Files.write(path, new byte[4 * Pages.SIZE]);

        store.beforeForce = null;
        file.sync();
        byte[] now = Files.readAllBytes(path);
        assertThat(now[0]).isEqualTo((byte) 7);
        assertThat(now[2 * Pages.SIZE]).isEqualTo((byte) 9);
        int writes = store.writes.get();
        file.sync();
        assertThat(store.writes).as("the device has it").hasValue(writes);
    }

    @Test
    void shouldKeepWhatNobodyHoldsUntilTheDeviceHasIt() throws IOException {
        cpu.putByte(at, (byte) 7);
        under.mechanism().rooms().cache.flushLater(object());
        Eventually.holds("it is written unasked", () -> machine.counter("nr_dirty") == 0);
        store.beforeForce = () -> {
            throw new IOException("Input/output error");
        };
        space.munmap(at, 4L * Pages.SIZE);
        Files.write(path, new byte[4 * Pages.SIZE]);
        fails(Errno.EIO, "cannot sync", file::close);
        store.beforeForce = null;
        file.close();
        assertThat(onDisk()).isEqualTo(7);
        assertThat(store.closed).isTrue();
    }

    private FileObject object() {
        return (FileObject) under.mechanism().rooms().cache.objects().getFirst();
    }

    @Test
    void shouldStayOpenWhenTheLastWriteFails() throws IOException {
        cpu.putByte(at, (byte) 7);
        store.beforeWrite = FULL;
        fails(Errno.EIO, "No space left", file::close);
        assertThat(file.bytes()).isEqualTo(4L * Pages.SIZE);
        store.beforeWrite = null;
        file.close();
        assertThat(onDisk()).isEqualTo(7);
    }

    @Test
    void shouldKeepWhatNobodyHoldsUntilItIsWritten() throws IOException {
        file.close();
        cpu.putByte(at, (byte) 7);
        store.beforeWrite = FULL;
        int before = store.writes.get();
        space.munmap(at, 4L * Pages.SIZE);
        Eventually.holds("the write was tried", () -> store.writes.get() > before);
        assertThat(store.closed).isFalse();
        CachedFile again = machine.openFile(path, true);
        byte[] read = new byte[1];
        again.read(0, MemorySegment.ofArray(read));
        assertThat(read[0]).isEqualTo((byte) 7);
        store.beforeWrite = null;
        again.close();
        assertThat(onDisk()).isEqualTo(7);
        assertThat(store.closed).isTrue();
    }

    @Test
    void shouldSayWhenTheMachineClosesOverDirtyPages() {
        cpu.putByte(at, (byte) 7);
        store.beforeWrite = FULL;
        cpu.close();
        fails(Errno.EIO, "dirty pages are gone", under::close);
        store.beforeWrite = null;
        under = DeviceMachines.create("hidden", new ThreadedEnvironment(new JvmThreads(), 1));
        machine = under.machine();
    }

    @Test
    void shouldLeaveTheLengthWhenTheSystemRefusesToCut() {
        cpu.putByte(at + 3L * Pages.SIZE, (byte) 7);
        store.beforeResize = FULL;
        fails(Errno.EIO, "cannot truncate", () -> file.truncate(0));
        assertThat(file.bytes()).isEqualTo(4L * Pages.SIZE);
        assertThat(cpu.getByte(at + 3L * Pages.SIZE)).isEqualTo((byte) 7);
    }

    @Test
    void shouldReadNoFileThroughAnInterruptedThread() throws IOException {
        Thread.currentThread().interrupt();
        assertThat(cpu.getLong(at)).isZero();
        cpu.putByte(at, (byte) 7);
        file.sync();
        assertThat(Thread.interrupted()).isTrue();
        cpu.putByte(at, (byte) 8);
        file.sync();
        assertThat(onDisk()).isEqualTo(8);
    }
}

package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.InVain;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A system that does not answer: everybody is told in time, and what comes too late harms nothing. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileDeadlineTest {
    private static final long LENGTH = 4L * Pages.SIZE;

    @TempDir
    private Path directory;

    private final InVain time = new InVain(WallClock.environment());
    private final ScriptedStore store = new ScriptedStore();
    private final CountDownLatch answers = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final ScriptedStore.Before never = () -> {
        asked.countDown();
        try {
            answers.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    };
    private TestMachine under;
    private Machine machine;
    private CpuContext cpu;
    private Path path;
    private CachedFile file;
    private long at;

    @BeforeEach
    void open() throws IOException {
        under = DeviceMachines.create(
                "node",
                time,
                Backing.BYTES,
                store.over(PageCache.stores(Backing.BYTES)),
                new Parameters(Map.of("vm.dirty_writeback_centisecs", "0")));
        machine = under.machine();
        AddressSpace space = machine.openSpace("s");
        cpu = space.attach(0);
        path = Files.write(directory.resolve("file"), new byte[(int) LENGTH]);
        file = machine.openFile(path, true);
        at = space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
    }

    @AfterEach
    void close() {
        answers.countDown();
        assertThat(machine.check()).isEmpty();
        cpu.close();
        under.close();
    }

    private void late(Runnable action) {
        assertThatThrownBy(() -> time.during(() -> asked.getCount() == 0, action))
                .hasMessageContaining("no answer")
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    }

    private FileObject object() {
        return (FileObject) under.mechanism().rooms().cache.objects().getFirst();
    }

    private byte onDisk() throws IOException {
        return Files.readAllBytes(path)[0];
    }

    /** A write is given up before it began; a newer one of the same page comes before its turn. */
    @Test
    void shouldNotOverwriteWhatIsNewerByAWriteThatWasGivenUp() throws IOException {
        store.beforeForce = never;
        late(file::sync);
        cpu.putByte(at, (byte) 1);
        under.mechanism().rooms().cache.flushLater(object());
        late(file::sync);
        cpu.putByte(at, (byte) 2);
        store.beforeForce = null;
        answers.countDown();
        Eventually.holds("it is written", () -> machine.counter("nr_dirty") + machine.counter("nr_writeback") == 0);
        file.sync();
        assertThat(onDisk()).isEqualTo((byte) 2);
    }

    @Test
    void shouldNotCutAFileAfterSayingThatItDidNot() throws IOException {
        store.beforeForce = never;
        late(file::sync);
        late(() -> file.truncate(0));
        store.beforeForce = null;
        answers.countDown();
        file.sync();
        assertThat(Files.size(path)).isEqualTo(LENGTH);
    }

    /** A thread for files writes the file back unasked and is not answered. */
    private void hang() throws InterruptedException {
        store.beforeWrite = never;
        cpu.putByte(at, (byte) 1);
        under.mechanism().rooms().cache.flushLater(object());
        asked.await();
    }

    @Test
    void shouldTellInTimeWhoWantsAFileThatIsBeingWritten() throws Exception {
        hang();
        late(file::sync);
        late(() -> file.truncate(0));
        cpu.putByte(at, (byte) 2);
        store.beforeWrite = null;
        answers.countDown();
        file.sync();
        assertThat(onDisk()).isEqualTo((byte) 2);
    }

    @Test
    void shouldCloseTheMachineWhileAFileIsBeingWritten() throws Exception {
        hang();
        cpu.close();
        time.when(callers -> callers.contains("PageCache.close"), () -> true);
        assertThatThrownBy(under::close)
                .hasMessageContaining("dirty pages are gone")
                .hasMessageContaining("no answer");
        time.never();
        answers.countDown();
        open();
    }
}

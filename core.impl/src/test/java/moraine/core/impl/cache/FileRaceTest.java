package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.core.impl.tuning.Tuning;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads on one file at once; reads and writes of the file are held where an interleaving is to be forced. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileRaceTest {
    private static final int PAGES = 32;
    private static final long LENGTH = (long) PAGES * Pages.SIZE;
    private static final int ROUNDS = 300;

    @TempDir
    private Path directory;

    private final ScriptedStore store = new ScriptedStore();
    /** Lets a read or a write go on that was held. */
    private final CountDownLatch go = new CountDownLatch(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TestMachine under;
    private Machine machine;
    private AddressSpace space;
    private Path path;
    private CachedFile file;
    private long at;

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
        at = space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
    }

    @AfterEach
    void close() {
        go.countDown();
        threads.shutdownNow();
        assertThat(machine.check()).isEmpty();
        under.close();
    }

    private long onDisk(long position) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path))
                .order(ByteOrder.nativeOrder())
                .getLong((int) position);
    }

    /** {@return what a touch by a thread of its own reads} */
    private Future<Long> touch(long address) {
        return threads.submit(() -> {
            try (CpuContext cpu = space.attach(0)) {
                return cpu.getLong(address);
            }
        });
    }

    @Test
    void shouldReadAPageOnceForTwoThreads() throws Exception {
        store.beforeRead = () -> await(go);
        Future<Long> first = touch(at);
        Eventually.holds("the first reads", () -> store.reads.get() == 1);
        long waits = machine.counter("cpu.waits");
        Future<Long> second = touch(at + 8);
        Eventually.holds("the second waits", () -> machine.counter("cpu.waits") > waits);
        go.countDown();
        assertThat(first.get()).isZero();
        assertThat(second.get()).isZero();
        assertThat(store.reads.get()).isOne();
        assertThat(machine.counter("file.read.pages")).isEqualTo(Tuning.USUAL.cacheReadaheadPages / 8);
    }

    @Test
    void shouldKeepNoPageThatIsReadWhileTheFileLeaves() throws Exception {
        CachedFile reader = machine.openFile(path, false);
        file.close();
        store.beforeRead = () -> await(go);
        Future<Long> touch = touch(at);
        Eventually.holds("the touch reads", () -> store.reads.get() == 1);
        space.munmap(at, LENGTH);
        Future<?> closing = threads.submit(reader::close);
        Eventually.holds(
                "the file has left",
                () -> under.mechanism().rooms().cache.objects().isEmpty());
        go.countDown();

        assertThatThrownBy(touch::get)
                .cause()
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
        closing.get();
        assertThat(machine.nodes()).allMatch(node -> node.freePages() == node.pages());
    }

    @Test
    void shouldBelieveNoReadFromBeforeATruncation() throws Exception {
        Files.write(path, longs());
        store.afterRead = () -> {
            store.afterRead = null;
            cutWithoutTheHost();
        };
        long touched = touch(at + Pages.SIZE).get();
        assertThat(store.reads.get()).as("read again").isEqualTo(2);
        assertThat(touched)
                .as("the length went to nothing and back while the page was read")
                .isZero();
    }

    /** Cuts a file while the host's thread is held in a read, as far as the cache is concerned. */
    private void cutWithoutTheHost() {
        var object = (FileObject) under.mechanism().rooms().cache.objects().getFirst();
        var actors = under.mechanism().rooms().actors;
        try {
            Files.write(path, new byte[(int) LENGTH]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        object.lock(actors);
        object.resize(0);
        object.resize(LENGTH);
        object.unlock();
    }

    private static byte[] longs() {
        ByteBuffer bytes = ByteBuffer.allocate((int) LENGTH).order(ByteOrder.nativeOrder());
        while (bytes.hasRemaining()) {
            bytes.putLong(7);
        }
        return bytes.array();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Touches see a page of the file as it is, or the end of the file; nothing stays mapped beyond it. */
    @Test
    void shouldCutUnderTouches() throws Exception {
        var stop = new AtomicBoolean();
        var beyond = new AtomicLong();
        Future<?> touches = threads.submit(() -> {
            try (CpuContext cpu = space.attach(0)) {
                for (int i = 0; !stop.get(); i++) {
                    try {
                        cpu.putLong(at + (long) (i % PAGES) * Pages.SIZE, i);
                    } catch (MoraineException e) {
                        assertThat(e.errno()).isEqualTo(Errno.SIGBUS);
                        beyond.incrementAndGet();
                    }
                }
            }
        });
        for (int round = 0; round < ROUNDS || beyond.get() == 0 && !touches.isDone(); round++) {
            file.truncate(3L * Pages.SIZE);
            if (round % 50 == 0) {
                assertThat(machine.check()).isEmpty();
            }
            file.truncate(LENGTH);
        }
        stop.set(true);
        touches.get();
        assertThat(beyond).hasPositiveValue();
    }

    /** A word counts up while the file is synced and its page moved: what is stored last is in the file at last. */
    @Test
    void shouldLoseNoStoreToASyncOrAMove() throws Exception {
        var stop = new AtomicBoolean();
        Future<Long> writer = threads.submit(() -> {
            try (CpuContext cpu = space.attach(0)) {
                long value = 0;
                while (!stop.get()) {
                    value++;
                    cpu.putLong(at, value);
                    cpu.putLong(at + Pages.SIZE, value);
                }
                return value;
            }
        });
        var moved = new AtomicLong();
        Future<?> mover = threads.submit(() -> {
            while (!stop.get()) {
                moved.addAndGet(
                        space.migrate(at, 2L * Pages.SIZE, 1 - space.why(at).node() & 1, Cause.USER)
                                .movedPages());
            }
        });
        long seen = 0;
        for (int round = 0; round < ROUNDS || (seen == 0 || moved.get() == 0) && !mover.isDone(); round++) {
            file.sync();
            long now = onDisk(0);
            assertThat(now).isGreaterThanOrEqualTo(seen);
            seen = now;
        }
        stop.set(true);
        long last = writer.get();
        mover.get();
        assertThat(moved).hasPositiveValue();
        assertThat(seen).as("some stores came between").isBetween(1L, last);
        file.sync();
        assertThat(onDisk(0)).isEqualTo(last);
        assertThat(onDisk(Pages.SIZE)).isEqualTo(last);
    }

    @Test
    void shouldKeepAStoreThatComesWhileItsPageIsWritten() throws Exception {
        var writing = new CountDownLatch(1);
        store.beforeWrite = () -> {
            writing.countDown();
            await(go);
        };
        try (CpuContext cpu = space.attach(0)) {
            cpu.putLong(at, 1);
            Future<?> sync = threads.submit(file::sync);
            writing.await();
            store.beforeWrite = null;
            cpu.putLong(at, 2);
            go.countDown();
            sync.get();
        }
        file.sync();
        assertThat(onDisk(0)).isEqualTo(2);
    }
}

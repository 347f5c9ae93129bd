package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinKind;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Point;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.InVain;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.Gates;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dirty pages of files in a device's memory, which storage reaches or not, on their way to the file. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init") // each test opens its own machine
final class BounceTest {
    private static final int DEVICE = 1;
    private static final int PAGES = 20;
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
    private CpuContext cpu;

    private void open(String policy, Map<String, String> tuning) {
        open(policy, tuning, new ThreadedEnvironment(new JvmThreads(), 1));
    }

    private void open(String policy, Map<String, String> tuning, Environment environment) {
        var first = new AtomicReference<Store>();
        Store.Opener plain = PageCache.stores(Backing.BYTES);
        Store.Opener scripted = store.over(plain);
        under = DeviceMachines.create(
                policy,
                environment,
                Backing.BYTES,
                (path, writable) ->
                        first.compareAndSet(null, store) ? scripted.open(path, writable) : plain.open(path, writable),
                new Parameters(tuning));
        machine = under.machine();
        space = machine.openSpace("s");
        cpu = space.attach(0);
    }

    @AfterEach
    void close() {
        go.countDown();
        threads.shutdownNow();
        store.beforeWrite = null;
        assertThat(machine.check()).isEmpty();
        cpu.close();
        under.close();
    }

    private record Opened(Path path, CachedFile file, long at) {}

    /** {@return a file whose pages are dirty and on the device} */
    private Opened dirty(String name) throws IOException {
        Path path = Files.write(directory.resolve(name), new byte[(int) LENGTH]);
        CachedFile file = machine.openFile(path, true);
        long at = space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
        for (int page = 0; page < PAGES; page++) {
            cpu.putLong(at + (long) page * Pages.SIZE, page + 1);
        }
        assertThat(space.migrate(at, LENGTH, DEVICE, Cause.USER).movedPages()).isEqualTo(PAGES);
        return new Opened(path, file, at);
    }

    private static void expect(Path path) throws IOException {
        byte[] found = Files.readAllBytes(path);
        for (int page = 0; page < PAGES; page++) {
            assertThat(found[page * Pages.SIZE]).as("page %s", page).isEqualTo((byte) (page + 1));
        }
    }

    private long bounced() {
        return machine.counter("file.bounced.pages");
    }

    private long free() {
        return machine.counter("file.bounce.free");
    }

    @ParameterizedTest
    @CsvSource({"1, 20", "3, 7", "64, 1"})
    void shouldWriteThroughAsManyPagesAsThereAre(String pool, int turns) throws IOException {
        open("node", Map.of("cache.bounce", pool));
        Opened opened = dirty("file");
        opened.file().sync();
        expect(opened.path());
        assertThat(bounced()).isEqualTo(PAGES);
        assertThat(store.writes).hasValue(turns);
        assertThat(free()).as("all are back").isEqualTo(Long.parseLong(pool));
        assertThat(space.why(opened.at()).node()).as("the page stays").isEqualTo(DEVICE);
        cpu.putLong(opened.at(), 21);
        opened.file().sync();
        assertThat(bounced()).as("dirty again").isEqualTo(PAGES + 1);
    }

    @Test
    void shouldCopyNothingThatStorageReaches() throws IOException {
        open("node(also=" + Attribute.DIRECT_IO + ")", Map.of());
        Opened opened = dirty("file");
        opened.file().sync();
        expect(opened.path());
        assertThat(bounced()).isZero();
    }

    @Test
    void shouldWriteRunsOfBothKindsApart() throws IOException {
        open("node", Map.of());
        Opened opened = dirty("file");
        space.migrate(opened.at() + 5L * Pages.SIZE, 5L * Pages.SIZE, 0, Cause.USER);
        opened.file().sync();
        expect(opened.path());
        assertThat(bounced()).isEqualTo(PAGES - 5);
        assertThat(store.writes).hasValue(3);
    }

    /** The pool is there before memory is short. */
    @Test
    void shouldWriteWhenNoPageIsFree() throws IOException {
        open("node", Map.of("cache.bounce", "2"));
        Opened opened = dirty("file");
        long filler = space.mmap(MapRequest.anonymous(64L << 20));
        assertThatThrownBy(() -> {
                    for (long at = filler; ; at += Pages.SIZE) {
                        cpu.putLong(at, 1);
                    }
                })
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
        opened.file().sync();
        expect(opened.path());
        assertThat(bounced()).isEqualTo(PAGES);
    }

    @Test
    void shouldWaitForPagesThatAnotherFileHas() throws Exception {
        open("node", Map.of("cache.bounce", "1"));
        Opened first = dirty("first");
        Opened second = dirty("second");
        store.beforeWrite = () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        Future<?> held = threads.submit(() -> first.file().sync());
        Eventually.holds("the first has the page", () -> free() == 0 && store.writes.get() == 1);
        Future<?> waiting = threads.submit(() -> second.file().sync());
        cpu.putLong(second.at(), 1);
        assertThat(waiting.isDone()).isFalse();
        store.beforeWrite = null;
        go.countDown();
        held.get();
        waiting.get();
        expect(first.path());
        expect(second.path());
        assertThat(free()).isOne();
    }

    @Test
    void shouldGiveUpWaitingInTime() throws Exception {
        var time = new InVain(WallClock.environment());
        open("node", Map.of("cache.bounce", "1"), time);
        Opened first = dirty("first");
        Opened second = dirty("second");
        store.beforeWrite = () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        assertThatThrownBy(() -> time.during(() -> store.writes.get() > 0, first.file()::sync))
                .hasMessageContaining("no answer");
        assertThat(free()).as("the write is still under way").isZero();
        assertThatThrownBy(() -> time.during(() -> true, second.file()::sync)).hasMessageContaining("cache.bounce");
        store.beforeWrite = null;
        go.countDown();
        Eventually.holds("the page is back", () -> free() == 1);
        first.file().sync();
        second.file().sync();
        expect(first.path());
        expect(second.path());
    }

    /** The only thread for files is about to write one file when another has the only page and needs that thread. */
    @Test
    void shouldNotWaitForPagesWhoseWriterNeedsTheSameThread() throws IOException {
        try (var gates = new Gates(new ThreadedEnvironment(new JvmThreads(), 1))) {
            open("node", Map.of("cache.bounce", "1", "cache.threads", "1"), gates);
            Opened first = dirty("first");
            Opened second = dirty("second");
            gates.hold(Point.WRITEBACK_COPIED, "sync");
            gates.start("sync", () -> first.file().sync());
            gates.awaitHeld(Point.WRITEBACK_COPIED, "sync");
            assertThat(free()).isZero();
            PageCache cache = under.mechanism().rooms().cache;
            cache.flushLater(object(second));
            gates.until(
                    "a thread for files tried",
                    () -> !object(second).flushQueued.get());
            gates.release(Point.WRITEBACK_COPIED, "sync");
            gates.awaitEnd("sync");
            expect(first.path());
            gates.until("the second is written too", () -> machine.counter("nr_dirty") == 0);
            expect(second.path());
        }
    }

    /** A file that nobody has any more finds no page for its copies, and is written and left when there is one. */
    @Test
    void shouldEndAFileWhenThereArePagesAgain() throws Exception {
        open("node", Map.of("cache.bounce", "1", "vm.dirty_writeback_centisecs", "0"));
        Opened first = dirty("first");
        Opened second = dirty("second");
        Pin last = space.pin(second.at(), Pages.SIZE, PinKind.SHORT, Intent.WRITE);
        second.file().close();
        last.write(0, MemorySegment.ofArray(new byte[] {21}));
        space.munmap(second.at(), LENGTH);
        store.beforeWrite = () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        Future<?> held = threads.submit(() -> first.file().sync());
        Eventually.holds("the first has the page", () -> free() == 0 && store.writes.get() == 1);
        last.close();
        store.beforeWrite = null;
        go.countDown();
        held.get();
        PageCache cache = under.mechanism().rooms().cache;
        Eventually.holds("the second has left", () -> cache.objects().size() == 1);
        assertThat(Files.readAllBytes(second.path())[0]).isEqualTo((byte) 21);
    }

    private FileObject object(Opened opened) {
        return under.mechanism().rooms().cache.objects().stream()
                .map(FileObject.class::cast)
                .filter(file -> file.path().equals(opened.path()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldTakeLongPinsOffTheDeviceFirst() throws IOException {
        open("node", Map.of());
        Opened opened = dirty("file");
        try (Pin _ = space.pin(opened.at(), Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
            assertThat(space.why(opened.at()).node()).isZero();
            opened.file().sync();
            expect(opened.path());
        }
        assertThat(bounced()).isEqualTo(PAGES - 1);
    }

    @Test
    void shouldRefuseLongPinsWhereTheTypeDeniesThem() throws IOException {
        open("node(longPins=DENY)", Map.of());
        Opened opened = dirty("file");
        assertThatThrownBy(() -> space.pin(opened.at(), Pages.SIZE, PinKind.LONG, Intent.WRITE))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES));
        assertThat(space.why(opened.at()).node()).isEqualTo(DEVICE);
    }
}

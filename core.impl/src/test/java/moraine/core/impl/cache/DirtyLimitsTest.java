package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.time.Environment;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writing back that nobody asked for, and writers that wait for it, on a machine of 2,048 pages. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init") // each test opens its own machine
final class DirtyLimitsTest {
    private static final int PAGES = 900;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final String NEVER = "1000000";

    @TempDir
    private Path directory;

    private final ScriptedStore store = new ScriptedStore();
    /** Lets writes go on that were held. */
    private final CountDownLatch stuck = new CountDownLatch(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Environment environment;
    private TestMachine under;
    private Machine machine;
    private AddressSpace space;
    private Path path;
    private CachedFile file;
    private long at;
    private CpuContext cpu;

    private void open(Environment time, Map<String, String> tuning) throws IOException {
        environment = time;
        under = DeviceMachines.create(
                "node", time, Backing.BYTES, store.over(PageCache.stores(Backing.BYTES)), new Parameters(tuning));
        machine = under.machine();
        space = machine.openSpace("s");
        path = Files.write(directory.resolve("file"), new byte[PAGES * Pages.SIZE]);
        file = machine.openFile(path, true);
        at = space.mmap(MapRequest.anonymous((long) PAGES * Pages.SIZE).shared(), file, 0);
        cpu = space.attach(0);
    }

    private void openThreaded(Map<String, String> tuning) throws IOException {
        open(new ThreadedEnvironment(new JvmThreads(), 1), tuning);
    }

    @AfterEach
    void close() {
        stuck.countDown();
        threads.shutdownNow();
        store.beforeWrite = null;
        assertThat(machine.check()).isEmpty();
        cpu.close();
        under.close();
    }

    private byte onDisk(int page) throws IOException {
        return Files.readAllBytes(path)[page * Pages.SIZE];
    }

    private long dirty() {
        return machine.counter("nr_dirty");
    }

    private void store(int first, int end) {
        for (int page = first; page < end; page++) {
            cpu.putByte(at + (long) page * Pages.SIZE, (byte) 7);
        }
    }

    /** Pages that change from one count to the other meanwhile are in both, or in neither. */
    private long unwritten() {
        return dirty() + machine.counter("nr_writeback");
    }

    private void waitNs(long ns) {
        environment.actors().await(() -> false, ns);
    }

    @Test
    void shouldWriteBackWhatIsDirtyForLong() throws IOException {
        open(new VirtualEnvironment(), Map.of());
        store(0, 3);
        waitNs(29 * SECOND_NS);
        assertThat(dirty()).as("dirty for 29 s").isEqualTo(3);
        store(5, 6);
        waitNs(6 * SECOND_NS);
        assertThat(dirty()).as("the file is dirty for 35 s").isZero();
        assertThat(onDisk(2)).isEqualTo((byte) 7);
        int writes = store.writes.get();
        store(0, 1);
        waitNs(29 * SECOND_NS);
        assertThat(store.writes.get()).as("dirty anew for 29 s").isEqualTo(writes);
        waitNs(6 * SECOND_NS);
        assertThat(dirty()).isZero();
        assertThat(environment.actors().await(() -> dirty() > 0, Long.MAX_VALUE))
                .as("who looks for dirty pages sleeps while there are none")
                .isFalse();
    }

    @Test
    void shouldWriteBackWhatIsDirtyForLongByItself() throws IOException {
        openThreaded(Map.of("vm.dirty_expire_centisecs", "1", "vm.dirty_writeback_centisecs", "1"));
        store(0, 3);
        Eventually.holds("three pages are written", () -> dirty() == 0);
        Eventually.holds("and are there", () -> machine.counter("nr_writeback") == 0);
        assertThat(onDisk(2)).isEqualTo((byte) 7);
    }

    @Test
    void shouldLookForNothingWhenTunedSo() throws IOException {
        open(new VirtualEnvironment(), Map.of("vm.dirty_writeback_centisecs", "0"));
        store(0, 3);
        waitNs(100 * SECOND_NS);
        assertThat(dirty()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldWriteBackAtOnceWhenManyAreDirty(boolean virtual) throws IOException {
        Map<String, String> tuning = Map.of("vm.dirty_expire_centisecs", NEVER);
        if (virtual) {
            open(new VirtualEnvironment(), tuning);
        } else {
            openThreaded(tuning);
        }
        long limit = machine.counter("nr_dirty_background_threshold");
        assertThat(limit).as("a tenth of RAM").isBetween(190L, 205L);
        store(0, 150);
        waitNs(SECOND_NS / 100);
        assertThat(dirty()).isEqualTo(150);
        store(150, 300);
        waitNs(1);
        Eventually.holds("fewer are dirty", () -> dirty() <= limit);
        assertThat(machine.counter("file.throttled")).as("nobody had to wait").isZero();
    }

    @Test
    void shouldLetWritersWaitButNotForEver() throws IOException {
        openThreaded(Map.of("cache.pause", "2", "vm.dirty_expire_centisecs", NEVER));
        long limit = machine.counter("nr_dirty_threshold");
        store.beforeWrite = () -> await(stuck);
        store(0, (int) limit + 20);
        assertThat(machine.counter("file.throttled")).isBetween(10L, 40L);
        byte[] page = new byte[Pages.SIZE];
        file.write((PAGES - 1L) * Pages.SIZE, MemorySegment.ofArray(page));
        assertThat(unwritten()).isGreaterThan(limit + 20);
        stuck.countDown();
        Eventually.holds("it is written in the end", () -> dirty() < limit);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLetWritersGoOnWhenThereIsRoomAgain(boolean byHandle) throws Exception {
        openThreaded(Map.of("cache.pause", "60000", "vm.dirty_expire_centisecs", NEVER));
        long limit = machine.counter("nr_dirty_threshold");
        store.beforeWrite = () -> await(stuck);
        Future<?> writer = threads.submit(() -> write(byHandle));
        Eventually.holds("the writer waits", () -> machine.counter("file.throttled") == 1);
        Eventually.holds(
                "as many as may be are not written", () -> unwritten() >= limit - 8 && unwritten() <= limit + 8);
        stuck.countDown();
        writer.get();
        file.sync();
        assertThat(onDisk(PAGES - 1)).isEqualTo((byte) 7);
    }

    private void write(boolean byHandle) {
        byte[] page = new byte[Pages.SIZE];
        page[0] = 7;
        try (CpuContext own = space.attach(0)) {
            for (int i = 0; i < PAGES; i++) {
                if (byHandle) {
                    file.write((long) i * Pages.SIZE, MemorySegment.ofArray(page));
                } else {
                    own.putByte(at + (long) i * Pages.SIZE, (byte) 7);
                }
            }
        }
    }

    @Test
    void shouldHaveWritersWriteThemselvesInVirtualTime() throws IOException {
        open(new VirtualEnvironment(), Map.of("vm.dirty_expire_centisecs", NEVER, "vm.dirty_background_ratio", "100"));
        long limit = machine.counter("nr_dirty_threshold");
        for (int page = 0; page < PAGES; page++) {
            store(page, page + 1);
            assertThat(dirty()).isLessThanOrEqualTo(limit + 1);
        }
        assertThat(machine.counter("file.throttled")).isPositive();
    }

    @Test
    void shouldHaveADeviceWaitToo() throws IOException {
        openThreaded(Map.of("cache.pause", "1", "vm.dirty_ratio", "1", "vm.dirty_expire_centisecs", NEVER));
        store.beforeWrite = () -> await(stuck);
        for (int page = 0; page < 40; page++) {
            DeviceMachines.store(under, space, at + (long) page * Pages.SIZE, 7);
        }
        assertThat(machine.counter("file.throttled")).isPositive();
        stuck.countDown();
    }

    /** What cannot be written rests between attempts, and costs nobody more than the wait. */
    @Test
    void shouldTryAgainLaterWhatTheSystemRefuses() throws IOException {
        openThreaded(Map.of("cache.pause", "1", "vm.dirty_ratio", "2", "vm.dirty_expire_centisecs", "1"));
        store.beforeWrite = () -> {
            throw new IOException("No space left on device");
        };
        store(0, 100);
        Eventually.holds("somebody tried", () -> store.writes.get() > 0);
        Eventually.holds("all are dirty again", () -> dirty() == 100 && machine.counter("nr_writeback") == 0);
        assertThat(store.writes.get()).isBetween(1, 20);
        store.beforeWrite = null;
        file.sync();
        assertThat(dirty()).isZero();
        assertThat(onDisk(99)).isEqualTo((byte) 7);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}

package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Backing;
import moraine.core.api.model.FileAdvice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
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

/** What is read of a file of 512 pages, and in how many turns, by how it is used. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init") // each test opens its own machine
final class FileReadaheadTest {
    private static final int PAGES = 512;
    private static final long LENGTH = (long) PAGES * Pages.SIZE;
    /** Turns in which windows of 4, 8, 16 and then 32 pages read the file. */
    private static final int TURNS = 19;

    @TempDir
    private Path directory;

    private final ScriptedStore store = new ScriptedStore();
    private TestMachine under;
    private Machine machine;
    private AddressSpace space;
    private CachedFile file;
    private CpuContext cpu;
    private long at;

    private void open(boolean virtual) throws IOException {
        Environment environment = virtual ? new VirtualEnvironment() : new ThreadedEnvironment(new JvmThreads(), 1);
        under = DeviceMachines.create("node", environment, Backing.BYTES, store.over(PageCache.stores(Backing.BYTES)));
        machine = under.machine();
        space = machine.openSpace("s");
        byte[] bytes = new byte[(int) LENGTH];
        for (int page = 0; page < PAGES; page++) {
            bytes[page * Pages.SIZE] = (byte) page;
        }
        file = machine.openFile(Files.write(directory.resolve("file"), bytes), true);
        at = space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
        cpu = space.attach(0);
    }

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        cpu.close();
        under.close();
    }

    private void touch(int page) {
        assertThat(cpu.getByte(at + (long) page * Pages.SIZE)).isEqualTo((byte) page);
    }

    private long read() {
        return machine.counter("file.read.pages");
    }

    private void drop() {
        space.munmap(at, LENGTH);
        file.invalidate(0, 0);
        at = space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
        assertThat(machine.counter("nr_file_pages")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadARunOfTouchesInLargeTurns(boolean virtual) throws IOException {
        open(virtual);
        for (int page = 0; page < PAGES; page++) {
            touch(page);
        }
        assertThat(read()).as("each page once").isEqualTo(PAGES);
        assertThat(store.reads).hasValueBetween(2, 2 * TURNS);
        assertThat(machine.counter("file.readahead.pages")).isGreaterThan(PAGES * 9L / 10);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadARunOfReadsInLargeTurns(boolean virtual) throws IOException {
        open(virtual);
        byte[] piece = new byte[1000];
        for (long position = 0; position < LENGTH; position += piece.length) {
            file.read(position, MemorySegment.ofArray(piece));
        }
        assertThat(read()).isEqualTo(PAGES);
        assertThat(store.reads).hasValueBetween(2, 2 * TURNS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadNothingAheadOfTouchesInNoOrder(boolean virtual) throws IOException {
        open(virtual);
        for (int i = 1; i <= 64; i++) {
            int page = i * 37 % PAGES;
            touch(page);
            byte[] piece = new byte[1];
            file.read((page + 2L) * Pages.SIZE, MemorySegment.ofArray(piece));
        }
        assertThat(read()).isEqualTo(128);
        assertThat(machine.counter("file.readahead.pages")).isZero();
    }

    @Test
    void shouldFollowAdviceOnARangeOfAMapping() throws IOException {
        open(true);
        space.advise(at, LENGTH / 2, Advice.RANDOM);
        for (int page = 0; page < 16; page++) {
            touch(page);
        }
        assertThat(read()).isEqualTo(16);
        assertThat(space.info().mappings()).as("advice divides a mapping").hasSize(2);
        space.advise(at, LENGTH / 2, Advice.NORMAL);
        assertThat(space.info().mappings()).as("and joins it").hasSize(1);
        touch(16);
        touch(17);
        assertThat(read()).isGreaterThan(18);
        drop();
        long before = read();
        space.advise(at, LENGTH, Advice.SEQUENTIAL);
        touch(0);
        assertThat(read() - before).as("twice the window").isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadARangeThatIsNeededSoon(boolean virtual) throws IOException {
        open(virtual);
        space.advise(at + 10 * Pages.SIZE, 20 * Pages.SIZE, Advice.WILLNEED);
        Eventually.holds("twenty pages are there", () -> read() == 20);
        file.advise(100 * Pages.SIZE, 5 * Pages.SIZE, FileAdvice.WILLNEED);
        Eventually.holds("five more are", () -> read() == 25);
        for (int page : new int[] {29, 10, 104, 100}) {
            touch(page);
        }
        assertThat(read()).isEqualTo(25);
        file.advise(0, 0, FileAdvice.WILLNEED);
        Eventually.holds("all are", () -> read() == PAGES);
    }

    @Test
    void shouldFollowAdviceOnAHandle() throws IOException {
        open(true);
        file.advise(0, 0, FileAdvice.RANDOM);
        byte[] piece = new byte[1];
        for (int page = 0; page < 8; page++) {
            file.read((long) page * Pages.SIZE, MemorySegment.ofArray(piece));
        }
        assertThat(read()).isEqualTo(8);
        file.advise(0, 0, FileAdvice.SEQUENTIAL);
        file.read(8L * Pages.SIZE, MemorySegment.ofArray(piece));
        file.read(9L * Pages.SIZE, MemorySegment.ofArray(piece));
        assertThat(read()).isGreaterThan(10);
    }

    /** The window after next is read on a thread for files; nobody waits who does not want it yet. */
    @Test
    void shouldLetTouchesGoOnWhileTheNextWindowIsRead() throws Exception {
        open(false);
        touch(0);
        var go = new CountDownLatch(1);
        store.beforeRead = () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        touch(1);
        Eventually.holds("the second window is asked for", () -> store.reads.get() == 2);
        touch(2);
        touch(3);
        assertThat(read()).as("of the first window").isEqualTo(4);
        store.beforeRead = null;
        go.countDown();
        touch(4);
        assertThat(read()).isGreaterThanOrEqualTo(12);
    }
}

package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.outcome;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file that is cut, written back, read ahead and given up while somebody touches it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CacheRaceTest {
    private static final int PAGES = 16;
    private static final long LENGTH = (long) PAGES * Pages.SIZE;
    private static final String TOUCH = "touch";
    private static final String SYNC = "sync";
    private static final String CUT = "cut";

    @TempDir
    private Path directory;

    private final AtomicReference<Errno> touched = new AtomicReference<>();
    private final AtomicLong seen = new AtomicLong(-1);
    private Stage stage;
    private Path path;
    private CachedFile file;
    private long at;

    @BeforeEach
    void open() throws IOException {
        stage = Stage.reachable();
        ByteBuffer bytes = ByteBuffer.allocate((int) LENGTH).order(ByteOrder.nativeOrder());
        for (int index = 0; index < PAGES; index++) {
            bytes.putLong(index * Pages.SIZE, 100 + index);
        }
        path = Files.write(directory.resolve("file"), bytes.array());
        file = stage.machine.openFile(path, true);
        at = stage.space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private long onDisk(int index) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path))
                .order(ByteOrder.nativeOrder())
                .getLong(index * Pages.SIZE);
    }

    private void touch(int index) {
        stage.cpu(TOUCH, cpu -> touched.set(outcome(() -> seen.set(cpu.getLong(page(at, index))))));
    }

    private void store(int index, long value) {
        stage.cpu(TOUCH, cpu -> touched.set(outcome(() -> cpu.putLong(page(at, index), value))));
    }

    private void await(String... actors) {
        for (String actor : actors) {
            stage.gates.awaitEnd(actor);
        }
    }

    /** A fault has found the page of the file, and the file ends before it when the fault goes on. */
    @Test
    void shouldMapNothingThatWasCutBehindAFault() {
        stage.read(page(at, 9));
        stage.space.munmap(at, LENGTH);
        at = stage.space.mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
        stage.gates.hold(Point.FILE_PAGE_FOUND, TOUCH);
        touch(9);
        stage.gates.awaitHeld(Point.FILE_PAGE_FOUND, TOUCH);

        file.truncate(4L * Pages.SIZE);
        stage.gates.release(Point.FILE_PAGE_FOUND, TOUCH);

        await(TOUCH);
        assertThat(touched).hasValue(Errno.SIGBUS);
        assertThat(stage.entry(page(at, 9))).isEqualTo(Pte.NONE);
    }

    /** Pages were read for a touch, then the file was cut and grew again: what was read is not the file's any more. */
    @Test
    void shouldBelieveNothingThatWasReadBeforeACut() {
        stage.gates.hold(Point.FILE_READ, TOUCH);
        touch(9);
        stage.gates.awaitHeld(Point.FILE_READ, TOUCH);

        file.truncate(4L * Pages.SIZE);
        file.truncate(LENGTH);
        stage.gates.release(Point.FILE_READ, TOUCH);

        await(TOUCH);
        assertThat(touched).hasValue(Errno.OK);
        assertThat(seen).as("of what lies between the old and the new end").hasValue(0);
    }

    /** A page was read for a touch, then it was written whole, stored and given up: what was read is older. */
    @Test
    void shouldBelieveNothingThatWasReadBeforeAWrite() {
        stage.gates.hold(Point.FILE_READ, TOUCH);
        touch(9);
        stage.gates.awaitHeld(Point.FILE_READ, TOUCH);

        byte[] whole = new byte[Pages.SIZE];
        whole[0] = 7;
        file.write(9L * Pages.SIZE, MemorySegment.ofArray(whole));
        file.sync();
        assertThat(file.invalidate(9L * Pages.SIZE, Pages.SIZE)).isOne();
        stage.gates.release(Point.FILE_READ, TOUCH);

        await(TOUCH);
        assertThat(touched).hasValue(Errno.OK);
        assertThat(seen).as("what the file has").hasValue(7);
    }

    /** The same with pages that nobody waits for, read ahead by a thread for files. */
    @Test
    void shouldKeepNothingThatWasReadAheadBeforeACut() {
        String files = "moraine-files-0";
        stage.read(at);
        stage.gates.hold(Point.FILE_READ, files);
        stage.read(page(at, 1));
        stage.gates.awaitHeld(Point.FILE_READ, files);

        file.truncate(2L * Pages.SIZE);
        assertThat(outcome(() -> stage.read(page(at, 5)))).isEqualTo(Errno.SIGBUS);
        stage.gates.release(Point.FILE_READ, files);

        stage.gates.until("they are read", () -> stage.machine.counter("file.read.pages") >= 12);
        file.truncate(LENGTH);
        assertThat(stage.read(page(at, 5))).isZero();
    }

    /** The file has its new end and the pages beyond it are still there: nobody gets them. */
    @Test
    void shouldShowNothingBeyondAnEndThatIsNew() throws IOException {
        stage.write(page(at, 9), 7);
        stage.gates.hold(Point.FILE_CUT, CUT);
        stage.gates.start(CUT, () -> file.truncate(4L * Pages.SIZE));
        stage.gates.awaitHeld(Point.FILE_CUT, CUT);

        assertThat(outcome(() -> stage.read(page(at, 9)))).isEqualTo(Errno.SIGBUS);
        assertThat(file.read(9L * Pages.SIZE, MemorySegment.ofArray(new byte[1])))
                .isZero();
        stage.gates.release(Point.FILE_CUT, CUT);

        await(CUT);
        assertThat(stage.machine.counter("nr_dirty")).as("the cut page was").isZero();
        assertThat(Files.size(path)).isEqualTo(4L * Pages.SIZE);
    }

    /** A page was copied to be written; the file is cut only when it is, so that it gets no byte beyond its end. */
    @Test
    void shouldCutAfterTheWriteThatIsUnderWay() throws IOException {
        stage.write(page(at, 9), 7);
        stage.gates.hold(Point.WRITEBACK_COPIED, SYNC);
        stage.gates.start(SYNC, file::sync);
        stage.gates.awaitHeld(Point.WRITEBACK_COPIED, SYNC);
        stage.gates.start(CUT, () -> file.truncate(4L * Pages.SIZE));
        stage.gates.awaitWithin(CUT, "FileTransfer.truncate");
        assertThat(stage.read(page(at, 9))).as("not cut yet").isEqualTo(7);
        stage.gates.release(Point.WRITEBACK_COPIED, SYNC);

        await(SYNC, CUT);
        assertThat(Files.size(path)).isEqualTo(4L * Pages.SIZE);
        assertThat(outcome(() -> stage.read(page(at, 9)))).isEqualTo(Errno.SIGBUS);
    }

    /** Somebody stored behind the end, in the last page; the end moves away while that page is written. */
    @Test
    void shouldWriteNothingThatWasStoredBehindTheEnd() throws IOException {
        long end = 3L * Pages.SIZE + 128;
        file.truncate(end);
        stage.write(end + at, 7);
        stage.gates.hold(Point.WRITEBACK_COPIED, SYNC);
        stage.gates.start(SYNC, file::sync);
        stage.gates.awaitHeld(Point.WRITEBACK_COPIED, SYNC);
        file.write(5L * Pages.SIZE, MemorySegment.ofArray(new byte[] {1}));
        stage.gates.release(Point.WRITEBACK_COPIED, SYNC);

        await(SYNC);
        assertThat(stage.read(end + at)).isZero();
        assertThat(Files.readAllBytes(path)[(int) end]).as("in the file").isZero();
    }

    /** A store comes when its page is clean and read-only, and not yet copied: the page is dirty again. */
    @Test
    void shouldMarkAPageAgainThatIsStoredToBeforeItIsCopied() throws IOException {
        stage.write(page(at, 3), 1);
        stage.gates.hold(Point.WRITEBACK_PROTECTED, SYNC);
        stage.gates.start(SYNC, file::sync);
        stage.gates.awaitHeld(Point.WRITEBACK_PROTECTED, SYNC);
        assertThat(Pte.writable(stage.entry(page(at, 3)))).isFalse();
        assertThat(stage.machine.counter("nr_dirty")).isZero();
        store(3, 2);
        await(TOUCH);
        assertThat(touched).hasValue(Errno.OK);
        stage.gates.release(Point.WRITEBACK_PROTECTED, SYNC);

        await(SYNC);
        file.sync();
        assertThat(onDisk(3)).isEqualTo(2);
    }

    /** The same after the copy: the file gets the older store, and the newer with the next writing back. */
    @Test
    void shouldMarkAPageAgainThatIsStoredToAfterItIsCopied() throws IOException {
        stage.write(page(at, 3), 1);
        stage.gates.hold(Point.WRITEBACK_COPIED, SYNC);
        stage.gates.start(SYNC, file::sync);
        stage.gates.awaitHeld(Point.WRITEBACK_COPIED, SYNC);
        store(3, 2);
        await(TOUCH);
        assertThat(stage.machine.counter("nr_dirty")).isOne();
        assertThat(stage.machine.counter("nr_writeback")).isOne();
        stage.gates.release(Point.WRITEBACK_COPIED, SYNC);

        await(SYNC);
        assertThat(onDisk(3)).isEqualTo(1);
        assertThat(stage.machine.counter("nr_dirty")).isOne();
        file.sync();
        assertThat(onDisk(3)).isEqualTo(2);
    }

    /** A page moves to a device while its copy is on the way to the file: it is clean there, and may be given up. */
    @Test
    void shouldMoveAPageThatIsBeingWritten() throws IOException {
        stage.write(page(at, 3), 1);
        stage.gates.hold(Point.WRITEBACK_COPIED, SYNC);
        stage.gates.start(SYNC, file::sync);
        stage.gates.awaitHeld(Point.WRITEBACK_COPIED, SYNC);
        assertThat(stage.migrate(page(at, 3), 1, NEAR)).isOne();
        stage.space.munmap(at, LENGTH);
        assertThat(file.invalidate(3L * Pages.SIZE, Pages.SIZE))
                .as("the file has the older page")
                .isZero();
        stage.gates.release(Point.WRITEBACK_COPIED, SYNC);

        await(SYNC);
        assertThat(file.invalidate(3L * Pages.SIZE, Pages.SIZE)).isOne();
        assertThat(onDisk(3)).isEqualTo(1);
    }

    /** A fault has found the page that it is to map: nobody gives it up. */
    @Test
    void shouldKeepAPageThatAFaultIsAboutToMap() {
        file.read(9L * Pages.SIZE, MemorySegment.ofArray(new byte[1]));
        stage.gates.hold(Point.FILE_PAGE_FOUND, TOUCH);
        touch(9);
        stage.gates.awaitHeld(Point.FILE_PAGE_FOUND, TOUCH);
        assertThat(file.invalidate(0, 0)).isZero();
        stage.gates.release(Point.FILE_PAGE_FOUND, TOUCH);

        await(TOUCH);
        assertThat(seen).hasValue(109);
        assertThat(stage.machine.counter("file.read.pages")).isOne();
    }

    /** A fault is about to map a clean page that leaves the cache: it is read again. */
    @Test
    void shouldReadAPageAgainThatWasGivenUpBehindAFault() {
        file.read(9L * Pages.SIZE, MemorySegment.ofArray(new byte[1]));
        stage.gates.hold(Point.FAULT_LOOKED_UP, TOUCH);
        touch(9);
        stage.gates.awaitHeld(Point.FAULT_LOOKED_UP, TOUCH);
        assertThat(file.invalidate(0, 0)).isOne();
        stage.gates.release(Point.FAULT_LOOKED_UP, TOUCH);

        await(TOUCH);
        assertThat(touched).hasValue(Errno.OK);
        assertThat(seen).hasValue(109);
        assertThat(stage.machine.counter("file.read.pages")).isEqualTo(2);
    }

    /** A page is about to get a place on a device whose memory a policy makes private just then: it stays. */
    @Test
    void shouldMoveNoPageIntoMemoryThatBecamePrivate() {
        stage.write(page(at, 3), 7);
        var moved = new AtomicLong(-1);
        stage.gates.hold(Point.MIGRATE_CHOSEN, "migrator");
        stage.gates.start("migrator", () -> moved.set(stage.migrate(page(at, 3), 1, NEAR)));
        stage.gates.awaitHeld(Point.MIGRATE_CHOSEN, "migrator");
        stage.machine.policies().use("hidden(window=1)", false);
        stage.gates.release(Point.MIGRATE_CHOSEN, "migrator");

        await("migrator");
        assertThat(moved).hasValue(0);
        assertThat(stage.node(page(at, 3))).isEqualTo(RAM);
        assertThat(stage.read(page(at, 3))).isEqualTo(7);
    }
}

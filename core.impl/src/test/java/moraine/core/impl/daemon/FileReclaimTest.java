package moraine.core.impl.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.plugins.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages of files that reclaim takes out of memory, and those that it leaves. */
@Timeout(120)
final class FileReclaimTest {
    private static final int PAGES = 4;

    @TempDir
    private Path directory;

    private final Pair pair = new Pair(/* coherent= */ true, TestPolicy.Kind.NODE, "");
    private Path path;
    private CachedFile file;
    private long at;

    @BeforeEach
    void open() throws IOException {
        byte[] bytes = new byte[PAGES * Pages.SIZE];
        for (int page = 0; page < PAGES; page++) {
            bytes[page * Pages.SIZE] = (byte) (page + 1);
        }
        path = Files.write(directory.resolve("file"), bytes);
        file = pair.under.machine().openFile(path, true);
        at = pair.space.mmap(MapRequest.anonymous(PAGES * (long) Pages.SIZE).shared(), file, 0);
    }

    @AfterEach
    void close() {
        pair.space.munmap(at, PAGES * (long) Pages.SIZE);
        file.close();
        pair.close();
    }

    private int reclaim() {
        return TestReclaim.all(pair.under.mechanism(), 0);
    }

    private long page(int page) {
        return at + (long) page * Pages.SIZE;
    }

    private void readAll() {
        for (int page = 0; page < PAGES; page++) {
            assertThat(pair.cpu.getByte(page(page))).isEqualTo((byte) (page + 1));
        }
    }

    @Test
    void shouldDropCleanPagesThatAreMappedAndReadThemAgain() {
        readAll();
        long read = pair.under.machine().counter("file.read.pages");

        assertThat(reclaim()).isEqualTo(PAGES);

        assertThat(pair.state(at)).isEqualTo(PageState.NONE);
        assertThat(pair.under.machine().counter("pgsteal")).isEqualTo(PAGES);
        pair.checked();
        readAll();
        assertThat(pair.under.machine().counter("file.read.pages")).isEqualTo(read + PAGES);
    }

    @Test
    void shouldDropPagesThatNobodyMaps() {
        byte[] bytes = new byte[PAGES * Pages.SIZE];
        file.read(0, MemorySegment.ofArray(bytes));

        assertThat(reclaim()).isEqualTo(PAGES);

        pair.checked();
        file.read(0, MemorySegment.ofArray(bytes));
        assertThat(bytes[Pages.SIZE]).isEqualTo((byte) 2);
    }

    @Test
    void shouldWriteDirtyPagesBackAndDropThemAfterThat() throws IOException {
        readAll();
        pair.cpu.putByte(page(1), (byte) 9);

        assertThat(reclaim()).isEqualTo(PAGES - 1);

        assertThat(pair.state(page(1))).isEqualTo(PageState.PRESENT);
        Eventually.holds("the page is gone", () -> reclaim() == 1);
        assertThat(pair.state(page(1))).isEqualTo(PageState.NONE);
        assertThat(Files.readAllBytes(path)[Pages.SIZE]).isEqualTo((byte) 9);
        assertThat(pair.cpu.getByte(page(1))).isEqualTo((byte) 9);
    }

    @Test
    void shouldLeavePinnedPages() {
        readAll();
        try (var pin = pair.space.pin(at, Pages.SIZE, PinKind.LONG, Intent.READ)) {
            assertThat(pin.pages()).isEqualTo(1);
            assertThat(reclaim()).isEqualTo(PAGES - 1);
            assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
        }
        readAll();
    }

    @Test
    void shouldLeaveADriversBuffer() {
        try (var buffer = pair.device(0).buffer(Pages.SIZE)) {
            long shown = pair.space.mmap(MapRequest.anonymous(Pages.SIZE), buffer, 0);

            assertThat(reclaim()).isZero();

            assertThat(pair.state(shown)).isEqualTo(PageState.PRESENT);
            pair.space.munmap(shown, Pages.SIZE);
        }
    }
}

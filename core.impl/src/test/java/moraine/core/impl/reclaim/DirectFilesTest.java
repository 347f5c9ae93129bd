package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.bytes;
import static moraine.core.impl.reclaim.Scarce.page;
import static moraine.core.impl.reclaim.Scarce.read;
import static moraine.core.impl.reclaim.Scarce.writeUntil;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Protection;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.time.Environment;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Touches that find memory full of pages of files. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectFilesTest {
    private static final int FILE_PAGES = PAGES / 2;

    @TempDir
    private Path directory;

    static List<Supplier<Environment>> environments() {
        return List.of(VirtualEnvironment::new, WallClock::environment);
    }

    private static Scarce machine(SwapSpec swap, Environment environment, int dirtyPercent) {
        var tuning = new Parameters(Map.of("vm.dirty_ratio", Integer.toString(dirtyPercent), "cache.pause", "60000"));
        return new Scarce("hidden(window=1)", swap, environment, PageCache.stores(Backing.BYTES), tuning);
    }

    /** {@return a file whose pages begin with their number plus 1} */
    private Path file(int pages) throws IOException {
        byte[] content = new byte[(int) bytes(pages)];
        var longs = ByteBuffer.wrap(content).order(ByteOrder.nativeOrder());
        for (int page = 0; page < pages; page++) {
            longs.putLong(page * Pages.SIZE, page + 1L);
        }
        return Files.write(directory.resolve("file"), content);
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldDropCleanPagesAlsoWithoutSwap(Supplier<Environment> time) throws IOException {
        try (var on = machine(SwapSpec.NONE, time.get(), 20);
                CachedFile file = on.machine.openFile(file(FILE_PAGES), false)) {
            long at = on.space.mmap(
                    MapRequest.anonymous(bytes(FILE_PAGES)).shared().protect(Protection.READ), file, 0);
            read(on.cpu, at, 0, FILE_PAGES);
            long more = on.map(2L * PAGES);

            long pages = writeUntil(Errno.ENOMEM, on.cpu, more, 2L * PAGES);

            assertThat(pages).isEqualTo(on.usable());
            assertThat(on.counter("nr_file_pages")).isZero();
            on.checked();
            on.space.munmap(more, bytes(FILE_PAGES / 2));
            read(on.cpu, at, 0, FILE_PAGES);
            assertThat(on.counter("pgsteal_direct")).isGreaterThan(FILE_PAGES);
            on.space.munmap(at, bytes(FILE_PAGES));
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldWriteBackWhatIsDirtyAndThenDropIt(Supplier<Environment> time) throws IOException {
        Path path = file(FILE_PAGES);
        try (var on = machine(SwapSpec.NONE, time.get(), 100);
                CachedFile file = on.machine.openFile(path, true)) {
            long at = on.space.mmap(MapRequest.anonymous(bytes(FILE_PAGES)).shared(), file, 0);
            for (int page = 0; page < FILE_PAGES; page++) {
                on.cpu.putLong(page(at, page), page + 1000L);
            }
            long more = on.written(on.usable());

            assertThat(on.counter("nr_file_pages")).isZero();
            on.checked();
            on.space.munmap(more, bytes(FILE_PAGES));
            for (int page = 0; page < FILE_PAGES; page++) {
                assertThat(on.cpu.getLong(page(at, page))).isEqualTo(page + 1000L);
            }
            on.space.munmap(at, bytes(FILE_PAGES));
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void shouldMakeRoomForWhoReadsAndWritesByHandle(Supplier<Environment> time) throws IOException {
        try (var on = machine(Scarce.onNode(), time.get(), 20);
                CachedFile file = on.machine.openFile(file(FILE_PAGES), true)) {
            long at = on.written(on.usable());

            byte[] all = new byte[(int) bytes(FILE_PAGES)];
            assertThat(file.read(0, MemorySegment.ofArray(all))).isEqualTo(all.length);
            file.write(bytes(FILE_PAGES), MemorySegment.ofArray(all));
            file.sync();

            assertThat(Files.size(directory.resolve("file"))).isEqualTo(2L * all.length);
            assertThat(on.counter("pgsteal_direct")).isPositive();
            on.checked();
            read(on.cpu, at, 0, on.usable());
        }
    }

    @Test
    void shouldReadNothingAheadAtTheCostOfOthers() throws IOException {
        try (var on = machine(Scarce.onNode(), WallClock.environment(), 20);
                CachedFile file = on.machine.openFile(file(FILE_PAGES), false)) {
            long at = on.space.mmap(
                    MapRequest.anonymous(bytes(FILE_PAGES)).shared().protect(Protection.READ), file, 0);
            long other = on.written(on.usable());

            on.cpu.getLong(at);

            assertThat(Scarce.count(on.space, other, on.usable(), PageState.SWAPPED))
                    .isLessThanOrEqualTo(32);
            assertThat(on.counter("allocstall")).isEqualTo(1);
            on.space.munmap(at, bytes(FILE_PAGES));
        }
    }
}

package moraine.core.impl.swap;

import static moraine.core.impl.swap.SwapStand.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages that count as clean before they are in their file. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CleanPagesTest {
    @TempDir
    private Path directory;

    @Test
    void shouldNotDropAPageThatIsBeingWritten() throws IOException {
        var store = new FailingStore();
        Path path = Files.write(directory.resolve("file"), new byte[2 * Pages.SIZE]);
        try (SwapStand on = new SwapStand(
                        "node(window=1)", SwapSpec.NONE, Backing.BYTES, store.over(PageCache.stores(Backing.BYTES)));
                CachedFile file = on.machine.openFile(path, true)) {
            long at = on.space.mmap(MapRequest.anonymous(2L * Pages.SIZE).shared(), file, 0);
            on.cpu.putLong(at, 1);
            on.cpu.getLong(page(at, 1));
            var gate = new CountDownLatch(1);
            store.gate = gate;
            var writer = new Thread(file::sync);
            writer.start();
            Eventually.holds("the page is clean", () -> on.machine.counter("file.written.pages") == 1);

            assertThat(on.reclaim()).as("the other page").isEqualTo(1);
            assertThat(on.reclaim()).isZero();

            store.gate = null;
            gate.countDown();
            Eventually.holds("it was written", () -> !writer.isAlive());
            assertThat(on.reclaim()).isEqualTo(1);
            assertThat(on.cpu.getLong(at)).isEqualTo(1);
            on.space.munmap(at, 2L * Pages.SIZE);
        }
    }
}

package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.read;
import static moraine.core.impl.reclaim.Scarce.refused;
import static moraine.core.impl.reclaim.Scarce.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Parameters;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.swap.FailingStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the storage refuses to a touch that makes room. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectErrorsTest {
    @TempDir
    private Path directory;

    private final FailingStore store = new FailingStore();
    private Scarce on;
    private long at;
    private long full;

    @BeforeEach
    void open() {
        on = new Scarce(
                "hidden(window=1)",
                Scarce.inFile(directory),
                WallClock.environment(),
                store.over(PageCache.stores(Backing.BYTES)),
                new Parameters(Map.of("swap.deadline", "1000")));
        at = on.map(2L * PAGES);
        full = on.usable();
        write(on.cpu, at, 0, full);
    }

    @AfterEach
    void close() {
        on.close();
    }

    @Test
    void shouldEndATouchWhenSwapCannotBeWritten() {
        store.writesFail = true;

        refused(Errno.ENOMEM, () -> write(on.cpu, at, full, full + 1));

        assertThat(on.counter("swap.failed.pages")).as("of one batch").isEqualTo(32);
        on.checked();
        read(on.cpu, at, 0, full);
        store.writesFail = false;
        write(on.cpu, at, full, 2L * PAGES);
        read(on.cpu, at, 0, 2L * PAGES);
    }

    @Test
    void shouldWaitForTheStorageOnce() {
        var late = new CountDownLatch(1);
        store.gate = late;
        long begun = System.nanoTime();

        refused(Errno.ENOMEM, () -> write(on.cpu, at, full, full + 1));

        assertThat(System.nanoTime() - begun).isBetween(900_000_000L, 10_000_000_000L);
        read(on.cpu, at, 0, full);
        store.gate = null;
        late.countDown();
        write(on.cpu, at, full, 2L * PAGES);
        read(on.cpu, at, 0, 2L * PAGES);
    }
}

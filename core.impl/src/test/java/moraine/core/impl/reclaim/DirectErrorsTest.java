package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.read;
import static moraine.core.impl.reclaim.Scarce.refused;
import static moraine.core.impl.reclaim.Scarce.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinKind;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.InVain;
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

    private final InVain time = new InVain(WallClock.environment());
    private final FailingStore store = new FailingStore();
    /** Lets a write go on that was held. */
    private final CountDownLatch late = new CountDownLatch(1);

    private Scarce on;
    private long at;
    private long full;

    @BeforeEach
    void open() {
        on = machine(Map.of());
        at = on.map(2L * PAGES);
        full = on.usable();
        write(on.cpu, at, 0, full);
    }

    private Scarce machine(Map<String, String> tuning) {
        return new Scarce(
                "hidden(window=1)",
                Scarce.inFile(directory),
                time,
                store.over(PageCache.stores(Backing.BYTES)),
                new Parameters(tuning));
    }

    @AfterEach
    void close() {
        late.countDown();
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
        store.gate = late;
        time.during(() -> store.held, () -> refused(Errno.ENOMEM, () -> write(on.cpu, at, full, full + 1)));
        assertThat(time.ended()).isOne();
        read(on.cpu, at, 0, full);
        store.gate = null;
        late.countDown();
        write(on.cpu, at, full, 2L * PAGES);
        read(on.cpu, at, 0, 2L * PAGES);
    }

    @Test
    void shouldTryOneBatchWhereSeveralMakeARound() {
        on.close();
        on = machine(Map.of("swap.batch", "8"));
        at = on.written(on.usable());
        store.writesFail = true;

        refused(Errno.ENOMEM, () -> on.written(1));

        assertThat(on.counter("swap.failed.pages")).isEqualTo(8);
        store.writesFail = false;
    }

    @Test
    void shouldTryOneBatchOfAFolio() {
        on.space.munmap(at, Scarce.bytes(2L * PAGES));
        long large = on.space.mmap(MapRequest.anonymous(2 * Pages.LARGE_SIZE));
        on.space.advise(large, 2 * Pages.LARGE_SIZE, Advice.HUGEPAGE);
        long base = large + Pages.LARGE_SIZE - 1 & -Pages.LARGE_SIZE;
        on.cpu.putLong(base, 1);
        long rest = on.usable() - Pages.PER_LARGE;
        try (Pin _ = on.space.pin(on.written(rest), Scarce.bytes(rest), PinKind.SHORT, Intent.WRITE)) {
            store.writesFail = true;

            refused(Errno.ENOMEM, () -> on.written(1));

            assertThat(on.counter("swap.failed.pages")).isEqualTo(32);
            store.writesFail = false;
        }
        assertThat(on.cpu.getLong(base)).isEqualTo(1);
    }
}

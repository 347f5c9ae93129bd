package moraine.core.impl.swap;

import static moraine.core.impl.swap.SwapStand.SLOTS;
import static moraine.core.impl.swap.SwapStand.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.plugins.InVain;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the system refuses, and that nothing is lost by it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SwapErrorsTest {
    private static final int PAGES = 4;

    @TempDir
    private Path directory;

    private final InVain time = new InVain(WallClock.environment());
    private final FailingStore store = new FailingStore();
    /** Lets a write go on that was held. */
    private final CountDownLatch late = new CountDownLatch(1);

    private SwapStand on;
    private long at;

    @BeforeEach
    void open() {
        on = new SwapStand(
                "node(window=1)",
                SwapSpec.file(directory.resolve("swap"), SLOTS * (long) Pages.SIZE),
                Backing.BYTES,
                store.over(PageCache.stores(Backing.BYTES)),
                Parameters.NONE,
                time);
        at = on.written(PAGES);
    }

    @AfterEach
    void close() {
        late.countDown();
        on.close();
    }

    @Test
    void shouldKeepInMemoryWhatCannotBeWritten() {
        long entry = on.entry(at);
        store.writesFail = true;

        assertThat(on.reclaim()).isZero();

        assertThat(on.entry(at)).isEqualTo(entry);
        assertThat(on.free()).isEqualTo(SLOTS);
        assertThat(on.machine.counter("swap.failed.pages")).isEqualTo(PAGES);
        on.checked();
        on.read(at, PAGES);
        store.writesFail = false;
        assertThat(on.reclaim()).isEqualTo(PAGES);
        on.read(at, PAGES);
    }

    @Test
    void shouldEndATouchOfWhatCannotBeReadInABusError() {
        assertThat(on.reclaim()).isEqualTo(PAGES);
        store.readsFail = true;

        Pair.refused(Errno.SIGBUS, () -> on.cpu.getLong(at));
        on.checked();
        assertThat(on.swapped(at)).isTrue();

        store.readsFail = false;
        on.read(at, PAGES);
    }

    @Test
    void shouldEndALaunchThatNeedsWhatCannotBeRead() {
        assertThat(on.reclaim()).isEqualTo(PAGES);
        store.readsFail = true;

        Pair.refused(Errno.SIGBUS, () -> on.run(0, memory -> memory.getLong(at)));

        store.readsFail = false;
        on.run(0, memory -> memory.putLong(page(at, 1), memory.getLong(page(at, 1))));
        on.read(at, PAGES);
    }

    @Test
    void shouldNotWaitLongerThanTheDeadlineNorBelieveWhatComesLate() {
        store.gate = late;

        time.during(() -> store.held, () -> assertThat(on.reclaim()).isZero());

        on.read(at, PAGES);
        on.cpu.putLong(at, 77);
        store.gate = null;
        late.countDown();
        assertThat(on.reclaim()).isEqualTo(PAGES);
        assertThat(on.cpu.getLong(at)).isEqualTo(77);
        on.cpu.putLong(at, 1);
        on.read(at, PAGES);
    }
}

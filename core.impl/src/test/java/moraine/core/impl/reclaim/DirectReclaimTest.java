package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static moraine.core.impl.reclaim.Scarce.RAM;
import static moraine.core.impl.reclaim.Scarce.SLOTS;
import static moraine.core.impl.reclaim.Scarce.bytes;
import static moraine.core.impl.reclaim.Scarce.page;
import static moraine.core.impl.reclaim.Scarce.read;
import static moraine.core.impl.reclaim.Scarce.refused;
import static moraine.core.impl.reclaim.Scarce.write;
import static moraine.core.impl.reclaim.Scarce.writeUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Touches that find memory full and make room themselves; no daemon does. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectReclaimTest {
    private static final int SOME = 40;
    private static final int THREADS = 4;

    @TempDir
    private Path directory;

    private static void allocatesMoreThanThereIs(SwapSpec swap) {
        try (var on = new Scarce(swap)) {
            long at = on.written(3L * PAGES - 100);

            on.checked();
            assertThat(on.counter("allocstall")).isPositive();
            assertThat(on.counter("pgsteal_direct")).isEqualTo(on.counter("pswpout"));
            assertThat(on.counter("pgscan_direct")).isGreaterThanOrEqualTo(on.counter("pgsteal_direct"));
            assertThat(on.counter("pgsteal")).isZero();
            read(on.cpu, at, 0, 3L * PAGES - 100);
            assertThat(on.counter("pswpin")).isPositive();
        }
    }

    @Test
    void shouldMakeRoomInAFile() {
        allocatesMoreThanThereIs(Scarce.inFile(directory));
    }

    @Test
    void shouldMakeRoomOnAStorageNode() {
        allocatesMoreThanThereIs(Scarce.onNode());
    }

    @Test
    void shouldFindNoPageExactlyWhenSwapIsFull() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.map(4L * PAGES);

            long pages = writeUntil(Errno.ENOMEM, on.cpu, at, 4L * PAGES);

            assertThat(pages).isEqualTo(on.usable() + SLOTS);
            assertThat(on.free()).isZero();
            assertThatThrownBy(() -> on.cpu.putLong(page(at, pages), 1))
                    .hasMessageEndingWith(String.format(
                            Locale.ROOT,
                            " allow, and swap has %,d pages (%,d KiB), all of them in use; unmap some, allow more"
                                    + " nodes, or give the machine more swap",
                            SLOTS,
                            bytes(SLOTS) >> 10));
            on.checked();
            on.space.munmap(page(at, pages - SOME), bytes(SOME));
            read(on.cpu, at, 0, pages - SOME);
        }
    }

    @Test
    void shouldCostNothingWhereNothingCouldGo() {
        try (var on = new Scarce(SwapSpec.NONE)) {
            long at = on.map(2L * PAGES);
            long pages = writeUntil(Errno.ENOMEM, on.cpu, at, 2L * PAGES);

            assertThat(pages).isEqualTo(on.usable());
            assertThatThrownBy(() -> on.cpu.putLong(page(at, pages), 1))
                    .hasMessageEndingWith("; unmap some, allow more nodes, or give it swap")
                    .hasMessageContaining("the machine has no swap");
            assertThat(on.counter("allocstall")).isZero();
            assertThat(on.counter("pgscan_direct")).isZero();
        }
    }

    @Test
    void shouldServeSeveralThreadsAtOnce() throws Exception {
        try (var on = new Scarce(Scarce.inFile(directory));
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            long each = (3L * PAGES - 200) / THREADS;
            long at = on.map(each * THREADS);
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                long from = page(at, i * each);
                ends.add(threads.submit(() -> {
                    try (CpuContext own = on.space.attach(RAM)) {
                        write(own, from, 0, each);
                        read(own, from, 0, each);
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get(100, TimeUnit.SECONDS);
            }
            on.checked();
            assertThat(on.counter("pgsteal_direct")).isGreaterThanOrEqualTo(2L * PAGES - 200);
        }
    }

    @Test
    void shouldTakeTheOldestFirstAndLeaveWhatIsUsed() {
        try (var on = new Scarce(Scarce.onNode())) {
            long hot = on.written(SOME);
            long at = on.map(2L * PAGES);
            for (int page = 0; page < 2 * PAGES; page += 8) {
                write(on.cpu, at, page, page + 8);
                read(on.cpu, hot, 0, SOME);
            }
            assertThat(on.counter("pswpin"))
                    .as("pages in use that left, when all were in use")
                    .isLessThanOrEqualTo(SOME);
            assertThat(Scarce.count(on.space, at, PAGES / 2, PageState.SWAPPED))
                    .as("old pages that left")
                    .isEqualTo(PAGES / 2);
            assertThat(Scarce.count(on.space, page(at, 2L * PAGES - SOME), SOME, PageState.PRESENT))
                    .as("new pages that stay")
                    .isEqualTo(SOME);
        }
    }

    @Test
    void shouldTakeAgedPagesBeforeYoungerOnes() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.written(SOME);
            for (int page = 0; page < SOME; page++) {
                long pfn = on.space.why(page(at, page)).pfn();
                on.rooms.frames.testAndClearYoung(pfn);
                on.rooms.frames.age(pfn, page % 2 == 0 ? 9 : 1);
            }
            on.written(on.usable() - SOME + 1);

            for (int page = 0; page < SOME; page++) {
                PageState state = on.state(page(at, page));
                assertThat(state).as("page " + page).isEqualTo(page % 2 == 0 ? PageState.SWAPPED : state);
            }
            assertThat(Scarce.count(on.space, at, SOME, PageState.SWAPPED)).isEqualTo(32);
        }
    }

    @Test
    void shouldLeavePinnedPages() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.written(SOME);
            try (Pin pin = on.space.pin(at, bytes(SOME), PinKind.SHORT, Intent.WRITE)) {
                long pages = writeUntil(Errno.ENOMEM, on.cpu, on.map(4L * PAGES), 4L * PAGES);

                assertThat(pages).isEqualTo(on.usable() + SLOTS - SOME);
                assertThat(Scarce.count(on.space, at, SOME, PageState.PRESENT)).isEqualTo(SOME);
                assertThat(pin.pages()).isEqualTo(SOME);
                on.checked();
            }
            read(on.cpu, at, 0, SOME);
        }
    }

    @Test
    void shouldMakeRoomAmongTheTenantsOwnPagesWhereItsQuotaIsFull() {
        try (var on = new Scarce(Scarce.onNode())) {
            long others = on.written(SOME);
            on.machine.tenant("small", NodeSet.ALL, List.of(64L));
            AddressSpace space = on.machine.openSpace("small", "small");
            try (CpuContext own = space.attach(RAM)) {
                long at = space.mmap(MapRequest.anonymous(bytes(200)));
                write(own, at, 0, 200);
                read(own, at, 0, 200);

                assertThat(on.counter("pgsteal_direct")).isGreaterThanOrEqualTo(200 - 64);
                assertThat(charged(on, "small")).isLessThanOrEqualTo(64);
            }
            assertThat(Scarce.count(on.space, others, SOME, PageState.PRESENT)).isEqualTo(SOME);
            on.checked();
        }
    }

    @Test
    void shouldRefuseATenantThatHasNothingLeftToGive() {
        try (var on = new Scarce(Scarce.onNode())) {
            long others = on.written(SOME);
            on.machine.tenant("small", NodeSet.ALL, List.of(8L));
            AddressSpace space = on.machine.openSpace("small", "small");
            try (CpuContext own = space.attach(RAM)) {
                long at = space.mmap(MapRequest.anonymous(bytes(SOME)));
                write(own, at, 0, 8);
                Pin pin = space.pin(at, bytes(8), PinKind.SHORT, Intent.WRITE);
                refused(Errno.EDQUOT, () -> write(own, at, 8, 9));
                pin.close();
                write(own, at, 8, 9);
            }
            assertThat(Scarce.count(on.space, others, SOME, PageState.PRESENT)).isEqualTo(SOME);
        }
    }

    private static long charged(Scarce on, String name) {
        return on.machine.tenants().stream()
                .filter(tenant -> tenant.name().equals(name))
                .mapToLong(tenant -> tenant.chargedPages().get(RAM))
                .sum();
    }

    @Test
    void shouldServeCopyingWritesAndSharedMemory() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.written(SOME);
            long shared = on.space.mmap(MapRequest.anonymous(bytes(SOME)).shared());
            AddressSpace child = on.space.fork("child");
            on.written(on.usable());
            try (CpuContext own = child.attach(RAM)) {
                write(own, at, 0, SOME);
                write(own, shared, 0, SOME);
                on.cpu.putLong(at, 99);
                on.checked();
                on.written(on.usable());
                read(own, at, 0, SOME);
                read(on.cpu, shared, 0, SOME);
                assertThat(on.cpu.getLong(at)).isEqualTo(99);
                read(on.cpu, at, 1, SOME);
            }
        }
    }

    @Test
    void shouldForgetPagesAdvisedFreeAndSplitFolios() {
        try (var on = new Scarce(Scarce.onNode())) {
            long free = on.written(SOME);
            on.space.advise(free, bytes(SOME), Advice.FREE);
            long large = on.space.mmap(MapRequest.anonymous(2 * Pages.LARGE_SIZE));
            on.space.advise(large, 2 * Pages.LARGE_SIZE, Advice.HUGEPAGE);
            long base = large + Pages.LARGE_SIZE - 1 & -Pages.LARGE_SIZE;
            on.cpu.putLong(base, 1);
            assertThat(on.rooms.frames.order(on.space.why(base).pfn())).isEqualTo(Pages.LARGE_ORDER);

            long at = on.written(2L * PAGES);

            read(on.cpu, at, 0, 2L * PAGES);
            assertThat(on.counter("advice.dropped.pages")).isEqualTo(SOME);
            assertThat(on.counter("folio.splits")).isEqualTo(1);
            assertThat(on.cpu.getLong(base)).isEqualTo(1);
            assertThat(on.rooms.frames.flag(on.space.why(base).pfn(), Frames.HEAD))
                    .isFalse();
        }
    }

    /** Runs a kernel that writes pages, some of them in each step. */
    private static void run(Scarce on, long at, long pages, long step) {
        run(on, new Steps(at, pages, step, 1));
    }

    private static void run(Scarce on, Kernel kernel) {
        on.machine.device("gpu0").launch(on.space, kernel).await(Pair.TIMEOUT_NS);
    }

    /** One block that writes a page's number plus 1 into each of some pages, so many in a step, in rounds. */
    private record Steps(long at, long pages, long step, int rounds) implements Kernel {
        @Override
        public String name() {
            return "steps";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            var next = new long[1];
            return memory -> {
                long to = Math.min(rounds * pages, next[0] + step);
                for (long i = next[0]; i < to; i++) {
                    memory.putLong(page(at, i % pages), i % pages + 1);
                }
                next[0] = to;
                return to < rounds * pages;
            };
        }
    }

    @Test
    void shouldMakeRoomForADevicesTouch() {
        try (var on = new Scarce(Scarce.onNode())) {
            long at = on.map(3L * PAGES - 100);

            run(on, at, 3L * PAGES - 100, PAGES / 2);

            assertThat(on.counter("allocstall")).isPositive();
            on.checked();
            read(on.cpu, at, 0, 3L * PAGES - 100);
        }
    }

    private static Scarce remote(int passes) {
        return new Scarce(
                "hidden(window=1,remote=true)",
                Scarce.onNode(),
                WallClock.environment(),
                PageCache.stores(Backing.BYTES),
                new Parameters(Map.of("reclaim.passes", String.valueOf(passes))));
    }

    /** One block takes many times as many pages out of memory as there are, and goes on all the time. */
    @Test
    void shouldMakeRoomForABlockAsLongAsItsStepsEnd() {
        long pages = 2L * PAGES;
        try (var on = remote(/* passes= */ 1)) {
            long at = on.map(pages);

            run(on, new Steps(at, pages, 16, 4));

            assertThat(on.counter("pgsteal_direct")).isGreaterThan(4L * PAGES);
            on.checked();
            read(on.cpu, at, 0, pages);
        }
    }

    @Test
    void shouldEndALaunchThatNeedsMoreAtOnceThanThereIs() {
        try (var on = remote(/* passes= */ 4)) {
            long at = on.map(2L * PAGES);

            refused(Errno.ENOMEM, () -> run(on, at, 2L * PAGES, 2L * PAGES));

            assertThat(on.counter("pgsteal_direct")).isBetween(4L * PAGES, 6L * PAGES);
            on.checked();
            run(on, at, PAGES, 1);
            read(on.cpu, at, 0, PAGES);
        }
    }

    /** The next launch, of another space, finds memory full of what nobody uses: it is not refused for the first. */
    @Test
    void shouldMakeRoomForALaunchAfterOneThatNeededTooMuch() {
        try (var on = remote(/* passes= */ 4);
                AddressSpace other = on.machine.openSpace("other", "tenant")) {
            long at = on.map(2L * PAGES);
            refused(Errno.ENOMEM, () -> run(on, at, 2L * PAGES, 2L * PAGES));
            on.space.munmap(at, bytes(2L * PAGES));
            on.written(on.usable());

            long fresh = other.mmap(MapRequest.anonymous(bytes(PAGES / 2)));
            var step = new Steps(fresh, PAGES / 2, PAGES / 2, 1);
            on.machine.device("gpu0").launch(other, step).await(Pair.TIMEOUT_NS);
            CpuContext own = other.attach(RAM);
            read(own, fresh, 0, PAGES / 2);
            own.close();
        }
    }
}

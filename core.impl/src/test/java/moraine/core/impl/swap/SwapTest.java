package moraine.core.impl.swap;

import static moraine.core.impl.swap.SwapStand.RAM;
import static moraine.core.impl.swap.SwapStand.SLOTS;
import static moraine.core.impl.swap.SwapStand.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.daemon.TestReclaim;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages that go to swap and come back, and those that stay. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SwapTest {
    private static final int PAGES = 40;

    @TempDir
    private Path directory;

    private static void goesAndComesBack(SwapStand on) {
        long at = on.written(PAGES);
        long used = on.charged();

        assertThat(on.reclaim()).isEqualTo(PAGES);

        assertThat(on.charged()).isEqualTo(used - PAGES);
        assertThat(on.free()).isEqualTo(on.machine.counter("swap.total.pages") - PAGES);
        assertThat(on.machine.counter("pswpout")).isEqualTo(PAGES);
        assertThat(on.machine.counter("pgsteal")).isEqualTo(PAGES);
        for (int page = 0; page < PAGES; page++) {
            assertThat(on.state(page(at, page))).isEqualTo(PageState.SWAPPED);
        }
        on.checked();
        on.read(at, PAGES);
        assertThat(on.machine.counter("pswpin")).isEqualTo(PAGES);
        assertThat(on.charged()).isEqualTo(used);
    }

    @Test
    void shouldGoToAFileAndComeBack() {
        try (SwapStand on = SwapStand.inFile(directory)) {
            goesAndComesBack(on);
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void shouldGoToAStorageNodeAndComeBack() {
        try (SwapStand on = SwapStand.onNode()) {
            assertThat(on.machine.nodes().getFirst().pages()).isEqualTo((32L << 20 >> Pages.SHIFT) - SLOTS);
            goesAndComesBack(on);
        }
    }

    @Test
    void shouldKeepStampsWhereThereAreNoBytes() {
        var spec = SwapSpec.node(RAM, SLOTS * (long) Pages.SIZE);
        try (SwapStand on = new SwapStand("node(window=1)", spec, Backing.STAMPS, PageCache.stores(Backing.STAMPS))) {
            long at = on.written(2);
            long first = on.rooms.frames.stamp(Pte.pfn(on.entry(at)));
            on.rooms.frames.stamp(Pte.pfn(on.entry(at)), first + 5);
            assertThat(on.reclaim()).isEqualTo(2);
            on.cpu.getLong(at);
            assertThat(on.rooms.frames.stamp(Pte.pfn(on.entry(at)))).isEqualTo(first + 5);
        }
    }

    @Test
    void shouldKeepEveryBitOfAnEntry() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(1);
            long bits = Pte.bits(on.entry(at)) | Pte.SOFT_DIRTY | Pte.UFFD_WP | Pte.YOUNG | Pte.DIRTY;
            on.space.table().replace(at, on.entry(at), Pte.of(Pte.PRESENT, Pte.pfn(on.entry(at)), bits));

            assertThat(on.reclaim()).isEqualTo(1);
            assertThat(Pte.bits(on.entry(at))).isEqualTo(bits);
            on.read(at, 1);

            assertThat(Pte.bits(on.entry(at))).isEqualTo(bits);
        }
    }

    @Test
    void shouldVoidTranslationsThatProcessorsKeep() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(1);

            assertThat(TestReclaim.after(on.under.mechanism(), RAM, () -> on.cpu.putLong(at, 5)))
                    .isEqualTo(1);

            on.checked();
            on.cpu.putLong(at + 8, 6);
            assertThat(on.cpu.getLong(at)).isEqualTo(5);
            assertThat(on.machine.counter("pswpin")).isEqualTo(1);
        }
    }

    @Test
    void shouldTellWhereASwappedPageCameFromAndWhy() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(1);
            PageInfo before = on.space.why(at);
            on.reclaim();

            assertThat(on.space.why(at))
                    .returns(-1, PageInfo::node)
                    .returns(RAM, PageInfo::previousNode)
                    .returns(before.sinceNs(), PageInfo::sinceNs)
                    .returns(Cause.FIRST_TOUCH, PageInfo::cause);
            on.read(at, 1);
            assertThat(on.space.why(at))
                    .returns(RAM, PageInfo::node)
                    .returns(RAM, PageInfo::previousNode)
                    .returns(Cause.SWAP_IN, PageInfo::cause);
        }
    }

    @Test
    void shouldSplitPagesOf2MiBFirst() {
        try (SwapStand on = new SwapStand(
                "node(large=true,window=1)",
                SwapSpec.node(RAM, SLOTS * (long) Pages.SIZE),
                Backing.BYTES,
                PageCache.stores(Backing.BYTES))) {
            long at = on.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            for (int page = 0; page < Pages.PER_LARGE; page++) {
                on.cpu.putLong(page(at, page), page + 1);
            }
            assertThat(Pte.large(on.entry(at))).isTrue();

            assertThat(on.reclaim()).isEqualTo(Pages.PER_LARGE);

            assertThat(on.swapped(at)).isTrue();
            on.read(at, Pages.PER_LARGE);
        }
    }

    @Test
    void shouldComeBackForADevice() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(PAGES);
            assertThat(on.reclaim()).isEqualTo(PAGES);
            byte[] seen = on.machine.device("gpu0").snapshot(on.space, at, PAGES * (long) Pages.SIZE);
            assertThat(seen).containsOnly(0);
            assertThat(on.swapped(at)).isTrue();

            on.run(0, memory -> {
                for (int page = 0; page < PAGES; page++) {
                    memory.putLong(page(at, page) + 8, memory.getLong(page(at, page)) * 2);
                }
            });

            on.read(at, PAGES);
            for (int page = 0; page < PAGES; page++) {
                assertThat(on.cpu.getLong(page(at, page) + 8)).isEqualTo(2L * (page + 1));
            }
            assertThat(on.machine.counter("pswpin")).isEqualTo(PAGES);
        }
    }

    @Test
    void shouldComeBackForADeviceWhosePagesCpusDoNotReach() {
        try (SwapStand on = new SwapStand(
                "hidden(window=1)",
                SwapSpec.node(RAM, SLOTS * (long) Pages.SIZE),
                Backing.BYTES,
                PageCache.stores(Backing.BYTES))) {
            long at = on.written(2);
            assertThat(on.reclaim()).isEqualTo(2);

            on.run(0, memory -> memory.putLong(page(at, 1), memory.getLong(page(at, 1))));

            assertThat(on.space.why(page(at, 1)).node()).isEqualTo(1);
            on.checked();
            on.read(at, 2);
        }
    }

    @Test
    void shouldLeaveWhatIsPinnedOrADevicesOwn() {
        try (SwapStand on = new SwapStand(
                "node(exclusive=true,window=1)",
                SwapSpec.node(RAM, SLOTS * (long) Pages.SIZE),
                Backing.BYTES,
                PageCache.stores(Backing.BYTES))) {
            long at = on.written(3);
            on.run(0, memory -> memory.getAndAddLong(at, 0));
            assertThat(on.state(at)).isEqualTo(PageState.EXCLUSIVE);
            try (var pin = on.space.pin(page(at, 1), Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
                assertThat(pin.pages()).isEqualTo(1);

                assertThat(on.reclaim()).isEqualTo(1);

                assertThat(on.state(at)).isEqualTo(PageState.EXCLUSIVE);
                assertThat(on.swapped(page(at, 1))).isFalse();
                assertThat(on.swapped(page(at, 2))).isTrue();
            }
        }
    }

    @Test
    void shouldLeaveMemoryThatIsNotReclaimable() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(1);
            on.space.migrate(at, Pages.SIZE, 1, Cause.USER);

            assertThat(TestReclaim.matching(on.under.mechanism(), 1, Attribute.MOVABLE))
                    .isZero();

            assertThat(on.space.why(at).node()).isEqualTo(1);
        }
    }

    @Test
    void shouldLeaveMemoryThatCpusDoNotReach() {
        try (SwapStand on = new SwapStand(
                "hidden(window=1)",
                SwapSpec.node(RAM, SLOTS * (long) Pages.SIZE),
                Backing.BYTES,
                PageCache.stores(Backing.BYTES))) {
            long at = on.written(1);
            on.run(0, memory -> memory.getAndAddLong(at, 0));
            assertThat(on.state(at)).isEqualTo(PageState.DEVICE_PRIVATE);

            assertThat(TestReclaim.matching(on.under.mechanism(), 1, Attribute.MOVABLE))
                    .isZero();

            assertThat(on.state(at)).isEqualTo(PageState.DEVICE_PRIVATE);
        }
    }

    @Test
    void shouldLeaveALargePageWholeThatSwapHasNoRoomFor() {
        try (SwapStand on = new SwapStand(
                "node(large=true,window=1)",
                SwapSpec.node(RAM, 100L * Pages.SIZE),
                Backing.BYTES,
                PageCache.stores(Backing.BYTES))) {
            long at = on.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            on.cpu.putLong(at, 1);

            assertThat(on.reclaim()).isZero();

            assertThat(Pte.large(on.entry(at))).isTrue();
        }
    }

    @Test
    void shouldTakeSharedMemoryOnceForAll() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.space.mmap(
                    MapRequest.anonymous(PAGES * (long) Pages.SIZE).shared());
            for (int page = 0; page < PAGES; page++) {
                on.cpu.putLong(page(at, page), page + 1);
            }
            AddressSpace child = on.space.fork("child");
            SwapStand.read(child, at, 2);

            assertThat(on.reclaim()).isEqualTo(PAGES);

            assertThat(on.free()).isEqualTo(SLOTS - PAGES);
            assertThat(on.state(at)).isEqualTo(PageState.NONE);
            on.checked();
            SwapStand.read(child, at, 4);
            assertThat(on.free()).isEqualTo(SLOTS - PAGES + 4);
            on.cpu.putLong(at, 50);
            on.run(0, memory -> memory.getAndAddLong(page(at, 1), 50));
            try (CpuContext cpu = child.attach(RAM)) {
                assertThat(cpu.getLong(at)).isEqualTo(50);
                assertThat(cpu.getLong(page(at, 1))).isEqualTo(52);
            }
            on.run(1, memory -> memory.putLong(page(at, 5), memory.getLong(page(at, 4)) + 1));
            assertThat(on.machine.counter("pswpin")).isEqualTo(6);
            on.checked();
            on.space.munmap(at, PAGES * (long) Pages.SIZE);
            assertThat(on.free()).isEqualTo(SLOTS - PAGES + 6);
            child.close();
            assertThat(on.free()).isEqualTo(SLOTS);
        }
    }

    @Test
    void shouldTakeSharedPagesThatNobodyMaps() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.space.mmap(MapRequest.anonymous(2L * Pages.SIZE).shared());
            on.cpu.putLong(at, 1);
            AddressSpace child = on.space.fork("child");
            on.space.munmap(at, 2L * Pages.SIZE);

            assertThat(on.reclaim()).isEqualTo(1);

            SwapStand.read(child, at, 1);
        }
    }

    @Test
    void shouldGoForAllWhoShareAPage() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(2);
            AddressSpace child = on.space.fork("child");

            assertThat(on.reclaim()).isEqualTo(2);

            on.checked();
            assertThat(on.free()).isEqualTo(SLOTS - 2);
            assertThat(child.why(at).state()).isEqualTo(PageState.SWAPPED);
            child.close();
            on.checked();
            on.read(at, 2);
        }
    }

    @Test
    void shouldStayWhenSwapIsFull() {
        try (SwapStand on = new SwapStand(SwapSpec.node(RAM, 8L * Pages.SIZE))) {
            long at = on.written(PAGES);

            assertThat(on.reclaim()).isEqualTo(8);
            assertThat(on.reclaim()).isZero();

            assertThat(on.free()).isZero();
            on.read(at, PAGES);
        }
    }

    @Test
    void shouldStayWhereThereIsNoSwap() {
        try (SwapStand on = new SwapStand(SwapSpec.NONE)) {
            long at = on.written(PAGES);

            assertThat(on.reclaim()).isZero();

            assertThat(on.machine.counter("swap.total.pages")).isZero();
            on.read(at, PAGES);
        }
    }

    @Test
    void shouldRefuseSwapThatCannotBe() throws IOException {
        Path there = Files.createFile(directory.resolve("there"));
        Pair.refused(Errno.EEXIST, () -> new SwapStand(SwapSpec.file(there, Pages.SIZE)));
        Pair.refused(Errno.EIO, () -> new SwapStand(SwapSpec.file(directory.resolve("no/where"), Pages.SIZE)));
        Pair.refused(Errno.EINVAL, () -> new SwapStand(SwapSpec.node(9, Pages.SIZE)));
        Pair.refused(Errno.EINVAL, () -> new SwapStand(SwapSpec.node(1, Pages.SIZE)));
        Pair.refused(Errno.EINVAL, () -> new SwapStand(SwapSpec.node(RAM, 32L << 20)));
        Pair.refused(Errno.EINVAL, () -> SwapSpec.node(RAM, 5));
        Pair.refused(Errno.EINVAL, () -> new SwapSpec(Pages.SIZE, "", -1));
    }
}

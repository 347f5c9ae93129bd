package moraine.core.impl.swap;

import static moraine.core.impl.swap.SwapStand.RAM;
import static moraine.core.impl.swap.SwapStand.SLOTS;
import static moraine.core.impl.swap.SwapStand.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.Agent;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.daemon.TestReclaim;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to memory while its pages are in swap. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SwappedPagesTest {
    private static final int PAGES = 40;
    private static final int DEVICE = 1;

    @TempDir
    private Path directory;

    @Test
    void shouldForgetWhatWasAdvisedFreeInsteadOfWritingIt() {
        try (SwapStand on = new SwapStand(SwapSpec.NONE)) {
            long at = on.written(2);
            on.space.advise(at, Pages.SIZE, Advice.FREE);

            assertThat(on.reclaim()).isEqualTo(1);

            assertThat(on.cpu.getLong(at)).isZero();
            assertThat(on.cpu.getLong(page(at, 1))).isEqualTo(2);
        }
    }

    @Test
    void shouldBePinnedAfterItCameBack() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(1);
            on.reclaim();
            try (var pin = on.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                assertThat(pin.pages()).isEqualTo(1);
                assertThat(on.state(at)).isEqualTo(PageState.PRESENT);
            }
            on.read(at, 1);
        }
    }

    @Test
    void shouldShareSlotsAfterAFork() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(2);
            on.reclaim();
            AddressSpace child = on.space.fork("child");
            on.checked();
            assertThat(on.free()).isEqualTo(SLOTS - 2);

            on.cpu.putLong(at, 9);
            assertThat(on.free()).isEqualTo(SLOTS - 2);
            SwapStand.read(child, at, 2);
            assertThat(on.free()).isEqualTo(SLOTS - 1);
            assertThat(on.cpu.getLong(at)).isEqualTo(9);
            assertThat(on.cpu.getLong(page(at, 1))).isEqualTo(2);
            assertThat(on.free()).isEqualTo(SLOTS);
        }
    }

    @Test
    void shouldForgetWhatIsUnmappedOrGivenUp() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(PAGES);
            assertThat(on.reclaim()).isEqualTo(PAGES);

            on.space.munmap(at, 4L * Pages.SIZE);
            assertThat(on.free()).isEqualTo(SLOTS - PAGES + 4);
            on.space.advise(page(at, 4), 4L * Pages.SIZE, Advice.DEAD);
            assertThat(on.free()).isEqualTo(SLOTS - PAGES + 8);
            on.space.advise(page(at, 8), 4L * Pages.SIZE, Advice.FREE);
            assertThat(on.free()).isEqualTo(SLOTS - PAGES + 12);
            assertThat(on.cpu.getLong(page(at, 8))).isZero();
            assertThat(on.cpu.getLong(page(at, 12))).isEqualTo(13);
        }
    }

    @Test
    void shouldFollowAMappingThatMoves() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(4);
            on.reclaim();

            long there = on.space.mremap(at, 4L * Pages.SIZE, 8L * Pages.SIZE, true);

            on.checked();
            on.read(there, 4);
        }
    }

    @Test
    void shouldKeepAChangeOfProtection() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(2);
            on.reclaim();
            on.space.mprotect(at, Pages.SIZE, Protection.READ);
            on.space.mprotect(page(at, 1), Pages.SIZE, Protection.NONE);
            on.checked();

            assertThat(on.cpu.getLong(at)).isEqualTo(1);
            Pair.refused(Errno.EFAULT, () -> on.cpu.putLong(at, 2));
            Pair.refused(Errno.EFAULT, () -> on.cpu.getLong(page(at, 1)));
            Agent agent = on.rooms.newAgent();
            assertThat(on.rooms.swap.bring(agent, on.space, page(at, 1), 1, RAM))
                    .isEqualTo(Errno.OK);
            on.rooms.retire(agent);
            assertThat(on.state(page(at, 1))).isEqualTo(PageState.HINT);
            on.checked();
            on.space.mprotect(at, 2L * Pages.SIZE, Protection.READ_WRITE);
            on.read(at, 2);
            on.cpu.putLong(at, 5);
        }
    }

    @Test
    void shouldBeBroughtBackByACollapse() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            for (int page = 0; page < PAGES; page++) {
                on.cpu.putLong(page(at, page), page + 1);
            }
            assertThat(on.reclaim()).isEqualTo(PAGES);

            on.space.advise(at, Pages.LARGE_SIZE, Advice.COLLAPSE);

            assertThat(Pte.large(on.entry(at))).isTrue();
            on.read(at, PAGES);
        }
    }

    @Test
    void shouldNotBeMoved() {
        try (SwapStand on = SwapStand.onNode()) {
            long at = on.written(1);
            on.reclaim();

            assertThat(on.space.migrate(at, Pages.SIZE, 1, Cause.USER).movedPages())
                    .isZero();
            assertThat(on.space
                            .movePages(new long[] {at}, null, false)
                            .getFirst()
                            .errno())
                    .isEqualTo(Errno.ENOENT);
            assertThat(on.swapped(at)).isTrue();
        }
    }

    @Test
    void shouldBeForgottenWhereAFileIsCut() throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[2 * Pages.SIZE]);
        try (SwapStand on = SwapStand.onNode();
                var file = on.machine.openFile(path, true)) {
            long own = on.space.mmap(MapRequest.anonymous(2L * Pages.SIZE), file, 0);
            on.cpu.putLong(own, 1);
            on.cpu.putLong(page(own, 1), 2);
            on.reclaim();
            assertThat(on.swapped(own)).isTrue();

            file.truncate(Pages.SIZE);

            assertThat(on.free()).isEqualTo(SLOTS - 1);
            on.read(own, 1);
            Pair.refused(Errno.SIGBUS, () -> on.cpu.getLong(page(own, 1)));
        }
    }

    @Test
    void shouldMakeRoomWhereAPageIsBoundToComeBack() {
        var swap = SwapSpec.node(RAM, SLOTS * (long) Pages.SIZE);
        String policy = "node(window=1,also=RECLAIMABLE,full=RECLAIM)";
        try (var on = new SwapStand(policy, swap, Backing.BYTES, PageCache.stores(Backing.BYTES))) {
            long at = bound(on, PAGES);
            for (int page = 0; page < PAGES; page++) {
                on.cpu.putLong(page(at, page), page + 1);
            }
            assertThat(TestReclaim.matching(on.under.mechanism(), DEVICE, Attribute.MOVABLE))
                    .isEqualTo(PAGES);
            assertThat(on.swapped(at)).isTrue();
            int room = (int) on.rooms.allocator.capacity(DEVICE);
            long other = bound(on, 2 * room);
            for (int page = 0; on.rooms.allocator.freePages(DEVICE) > on.rooms.allocator.minPages(DEVICE); page++) {
                on.cpu.putLong(page(other, page), page);
            }

            on.read(at, PAGES);

            assertThat(on.space.why(at).node()).isEqualTo(DEVICE);
        }
    }

    private static long bound(SwapStand on, int pages) {
        long at = on.space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
        on.space.mbind(at, (long) pages * Pages.SIZE, MemoryPolicy.bind(DEVICE));
        return at;
    }
}

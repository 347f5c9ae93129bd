package moraine.core.impl.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Merged pages beside devices: who reads them, who gets a copy, where they may not go, and what is never merged. */
@Timeout(120)
final class MergedDeviceTest {
    private static final int RAM = 0;
    private static final int DEVICE = 1;
    private static final int PAGES = 4;

    private final AtomicLong seen = new AtomicLong();

    private static Pair reachable(String parameters) {
        return new Pair(/* coherent= */ true, TestPolicy.Kind.NODE, parameters);
    }

    private static Pair hidden(String parameters) {
        return new Pair(/* coherent= */ true, TestPolicy.Kind.HIDDEN, parameters);
    }

    private static Merger merger(Pair pair) {
        return new Merger(pair.under.mechanism().rooms(), pair.under.mechanism().spaceList());
    }

    private static long page(long at, int page) {
        return at + (long) page * Pages.SIZE;
    }

    /** {@return equal pages that may be merged} */
    private static long equal(Pair pair) {
        long at = pair.space.mmap(MapRequest.anonymous((long) PAGES * Pages.SIZE));
        for (int page = 0; page < PAGES; page++) {
            pair.cpu.putLong(page(at, page), 5);
        }
        pair.space.advise(at, (long) PAGES * Pages.SIZE, Advice.MERGEABLE);
        return at;
    }

    /** {@return pages that are one} */
    private static long merged(Pair pair) {
        long at = equal(pair);
        try (Merger merger = merger(pair)) {
            assertThat(merger.settle()).isEqualTo(PAGES - 1);
        }
        return at;
    }

    private static long pfn(Pair pair, long address) {
        return Pte.pfn(((SpaceImpl) pair.space).table().get(address));
    }

    private static void alike(Pair pair, long at) {
        for (int page = 0; page < PAGES; page++) {
            assertThat(pair.cpu.getLong(page(at, page))).isEqualTo(5);
        }
    }

    /** Has pages moved to the device, as a policy does. @return pages moved */
    private static int request(Pair pair, long at, int pages) {
        var rooms = pair.under.mechanism().rooms();
        var space = (SpaceImpl) pair.space;
        var agent = rooms.begin();
        long stamp = space.lockShared();
        agent.batch().order().to(DEVICE, Reason.POLICY_MIGRATE, Cause.COHERENCE, 0);
        int moved = agent.batch().moveRange(space, at, at + (long) pages * Pages.SIZE);
        space.unlockShared(stamp);
        rooms.done(agent);
        return moved;
    }

    private void read(Pair pair, int device, long address) {
        pair.run(device, memory -> seen.set(memory.getLong(address)));
    }

    @Test
    void shouldShowDevicesMergedPagesAndGiveThoseThatWriteACopy() {
        for (boolean coherent : new boolean[] {true, false}) {
            try (Pair pair = coherent ? reachable("") : hidden("")) {
                long at = merged(pair);
                long shared = pfn(pair, at);
                read(pair, 0, at);
                read(pair, 1, page(at, 1));
                assertThat(seen).hasValue(5);
                assertThat(pfn(pair, at)).isEqualTo(shared);
                pair.checked();

                pair.run(0, memory -> memory.putLong(page(at, 2), 9));

                assertThat(pfn(pair, page(at, 2))).isNotEqualTo(shared);
                assertThat(pair.cpu.getLong(page(at, 2))).isEqualTo(9);
                assertThat(pair.cpu.getLong(page(at, 3))).isEqualTo(5);
                assertThat(pair.cpu.getLong(at)).isEqualTo(5);
            }
        }
    }

    /** A device that reads gets a duplicate of a merged page as of any other; a write takes it away, eviction too. */
    @Test
    void shouldDuplicateMergedPagesForDevicesThatRead() {
        try (Pair pair = hidden("(duplicate=true,window=1)")) {
            long at = merged(pair);
            read(pair, 0, at);
            read(pair, 0, page(at, 1));
            assertThat(seen).hasValue(5);
            assertThat(pair.under.machine().counter("duplicates.pages")).isEqualTo(2);
            pair.checked();

            assertThat(pair.evict(DEVICE, 1)).isEqualTo(1);
            assertThat(pair.under.machine().counter("duplicates.evicted.pages")).isEqualTo(1);
            pair.checked();
            pair.cpu.putLong(at, 7);
            pair.cpu.putLong(page(at, 1), 8);
            assertThat(pair.under.machine().counter("duplicates.pages")).isZero();
            read(pair, 0, at);
            assertThat(seen).hasValue(7);
            assertThat(pair.cpu.getLong(page(at, 2))).isEqualTo(5);
        }
    }

    /** A page with a duplicate may be merged: it goes, as with every change of the page. */
    @Test
    void shouldMergePagesThatDevicesHaveDuplicatesOf() {
        try (Pair pair = hidden("(duplicate=true,window=1)")) {
            long at = equal(pair);
            read(pair, 0, at);
            assertThat(pair.under.machine().counter("duplicates.pages")).isEqualTo(1);
            try (Merger merger = merger(pair)) {
                assertThat(merger.settle()).isEqualTo(PAGES - 1);
            }
            assertThat(pair.under.machine().counter("duplicates.pages")).isZero();
            pair.cpu.putLong(at, 6);
            assertThat(pair.cpu.getLong(page(at, 1))).isEqualTo(5);
        }
    }

    @Test
    void shouldGiveADeviceACopyThatWantsThePageAlone() {
        try (Pair pair = reachable("")) {
            long at = merged(pair);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);

            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pfn(pair, at)).isNotEqualTo(pfn(pair, page(at, 1)));
            try (Merger merger = merger(pair)) {
                assertThat(merger.settle()).as("a page that a device has alone").isZero();
            }
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            alike(pair, at);
            try (Merger merger = merger(pair)) {
                assertThat(merger.settle()).as("once a CPU has touched it").isEqualTo(1);
            }
        }
    }

    /** Pages of a range lie in RAM and on a device that did not opt in, equal all of them; hidden ones stay hidden. */
    @Test
    void shouldMergeNothingInMemoryThatIsNotMergeable() {
        for (boolean coherent : new boolean[] {true, false}) {
            try (Pair pair = coherent ? reachable("") : hidden("")) {
                long at = equal(pair);
                assertThat(request(pair, page(at, 1), 1)).isEqualTo(1);
                assertThat(request(pair, page(at, 3), 1)).isEqualTo(1);
                try (Merger merger = merger(pair)) {
                    assertThat(merger.settle()).isEqualTo(1);
                }
                assertThat(pair.space.why(page(at, 1)).node()).isEqualTo(DEVICE);
                assertThat(pfn(pair, page(at, 1))).isNotEqualTo(pfn(pair, page(at, 3)));
                assertThat(pfn(pair, at)).isEqualTo(pfn(pair, page(at, 2)));
                alike(pair, at);
            }
        }
    }

    @Test
    void shouldMergeOnADeviceThatOptedInAndEvictToRam() {
        try (Pair pair = reachable("(mergeable=true)")) {
            long at = equal(pair);
            pair.space.migrate(at, (long) PAGES * Pages.SIZE, DEVICE, Cause.USER);
            try (Merger merger = merger(pair)) {
                assertThat(merger.settle()).isEqualTo(PAGES - 1);
                assertThat(pair.space.why(at).node()).isEqualTo(DEVICE);
                read(pair, 1, at);
                pair.checked();

                assertThat(pair.evict(DEVICE, 1)).isEqualTo(1);

                assertThat(pair.space.why(at).node()).isEqualTo(RAM);
                assertThat(pfn(pair, at)).isEqualTo(pfn(pair, page(at, 3)));
                pair.checked();
                alike(pair, at);
                equal(pair);
                assertThat(merger.settle())
                        .as("later ones find it where it is now")
                        .isEqualTo(PAGES);
            }
        }
    }

    /** Migration to memory that holds no merged pages passes them over, by address and by frame number. */
    @Test
    void shouldNotMoveMergedPagesToMemoryThatIsNotMergeable() {
        for (boolean coherent : new boolean[] {true, false}) {
            try (Pair pair = coherent ? reachable("") : hidden("")) {
                long at = merged(pair);
                var rooms = pair.under.mechanism().rooms();
                assertThat(request(pair, at, PAGES)).isZero();
                long frame = pfn(pair, at);
                var agent = rooms.begin();
                assertThat(rooms.frames.hold(frame)).isTrue();
                agent.scratch()[0] = frame;
                agent.batch().order().to(DEVICE, Reason.DEMOTION, Cause.DEMOTION, 0);
                assertThat(agent.batch().moveFrames(agent.scratch(), 1)).isZero();
                rooms.done(agent);

                assertThat(rooms.frames.locked(frame)).isFalse();
                assertThat(pfn(pair, at)).isEqualTo(frame);
                pair.checked();
                pair.cpu.putLong(at, 6);
                assertThat(request(pair, at, 1)).as("a copy of its own").isEqualTo(1);
            }
        }
    }

    /** The policy that lets a device hold merged pages is exchanged for one that does not: they go to RAM. */
    @Test
    void shouldTakeMergedPagesHomeWhenTheirMemoryHoldsThemNoMore() {
        for (String next : new String[] {"node", "hidden"}) {
            try (Pair pair = reachable("(mergeable=true)")) {
                long at = equal(pair);
                pair.space.migrate(at, (long) PAGES * Pages.SIZE, DEVICE, Cause.USER);
                try (Merger merger = merger(pair)) {
                    merger.settle();
                }
                assertThat(pair.space.why(at).node()).isEqualTo(DEVICE);

                pair.under.machine().policies().use(next, false);
                pair.under.machine().policies().settle();

                assertThat(pair.space.why(at).node()).as(next).isEqualTo(RAM);
                assertThat(pfn(pair, at)).isEqualTo(pfn(pair, page(at, 3)));
                pair.checked();
                alike(pair, at);
            }
        }
    }

    private static int freedNow(Pair pair) {
        try (Merger merger = merger(pair)) {
            return merger.settle();
        }
    }

    /** A pin for reading parts a page too: later writes of its space must reach the pinned frame. */
    @Test
    void shouldPartAPageThatIsPinned() {
        try (Pair pair = reachable("")) {
            long at = merged(pair);
            pair.space.mprotect(page(at, 1), Pages.SIZE, Protection.READ);
            try (var written = pair.space.pin(at, Pages.SIZE, PinKind.LONG, Intent.READ);
                    var read = pair.space.pin(page(at, 1), Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                assertThat(pfn(pair, at)).isNotEqualTo(pfn(pair, page(at, 2)));
                assertThat(pfn(pair, page(at, 1))).isNotEqualTo(pfn(pair, page(at, 2)));
                assertThat(freedNow(pair)).as("pinned pages").isZero();
                assertThat(written.pages() + read.pages()).isEqualTo(2);
                alike(pair, at);
            }
        }
    }

    /** The last mapping of a merged page is no mapping's own either: others may join it while it is pinned. */
    @Test
    void shouldPartAPinnedPageThatNobodyElseMaps() {
        try (Pair pair = reachable("")) {
            long at = merged(pair);
            for (int page = 1; page < PAGES; page++) {
                pair.cpu.putLong(page(at, page), 6);
            }
            long frame = pfn(pair, at);
            pair.space.mprotect(at, Pages.SIZE, Protection.READ);
            try (var pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                assertThat(pin.pages()).isEqualTo(1);
                assertThat(pfn(pair, at)).isNotEqualTo(frame);
                pair.checked();
            }
        }
    }

    /** A page of which one site is left becomes part of a 2 MiB page like any other; one with several does not. */
    @Test
    void shouldCollapseAMergedPageThatHasOneMapping() {
        try (Pair pair = reachable("")) {
            long at = pair.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            pair.cpu.putLong(at, 5);
            pair.cpu.putLong(page(at, 1), 5);
            pair.space.advise(at, Pages.LARGE_SIZE, Advice.MERGEABLE);
            try (Merger merger = merger(pair)) {
                assertThat(merger.settle()).isEqualTo(1);
                Pair.refused(Errno.EBUSY, () -> pair.space.advise(at, Pages.LARGE_SIZE, Advice.COLLAPSE));
                pair.cpu.putLong(page(at, 1), 6);
                pair.space.advise(at, Pages.LARGE_SIZE, Advice.COLLAPSE);

                assertThat(Pte.large(((SpaceImpl) pair.space).table().get(at))).isTrue();
                assertThat(pair.cpu.getLong(at)).isEqualTo(5);
                merger.round();
            }
            assertThat(pair.under.machine().counter("ksm.pages_shared")).isZero();
        }
    }
}

package moraine.core.impl.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Reason;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which pages are merged, what it saves, and how they part again, on CPUs alone. */
@Timeout(120)
final class MergingTest {
    private static final int PAGES = 16;

    private final Pair pair = new Pair(/* coherent= */ true, TestPolicy.Kind.NODE, "");
    private final Machine machine = pair.under.machine();
    private final Merger merger =
            new Merger(pair.under.mechanism().rooms(), pair.under.mechanism().spaceList());

    @AfterEach
    void close() {
        merger.close();
        pair.close();
    }

    /** {@return pages of a space, all with the same word, advised to be merged} */
    private long same(AddressSpace space, int pages, long word) {
        long at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
        try (CpuContext cpu = space.attach(0)) {
            for (int page = 0; page < pages; page++) {
                cpu.putLong(page(at, page) + 8, word);
            }
        }
        space.advise(at, (long) pages * Pages.SIZE, Advice.MERGEABLE);
        return at;
    }

    private static long page(long at, int page) {
        return at + (long) page * Pages.SIZE;
    }

    private long free() {
        return machine.nodes().getFirst().freePages();
    }

    private long entry(long address) {
        return ((SpaceImpl) pair.space).table().get(address);
    }

    private long pfn(long address) {
        return Pte.pfn(entry(address));
    }

    @Test
    void shouldFreeAllButOneOfEqualPagesAndGiveWritersTheirOwn() {
        long at = same(pair.space, PAGES, 5);
        long before = free();

        assertThat(merger.round()).as("checksums are not known yet").isZero();
        assertThat(merger.round()).isEqualTo(PAGES - 1);

        assertThat(free()).isEqualTo(before + PAGES - 1);
        assertThat(machine.counter("ksm.pages_shared")).isEqualTo(1);
        assertThat(machine.counter("ksm.pages_sharing")).isEqualTo(PAGES - 1);
        assertThat(machine.counter("ksm.freed.pages")).isEqualTo(PAGES - 1);
        assertThat(machine.counter("ksm.full_scans")).isEqualTo(2);
        assertThat(pair.space.why(at).cause()).isEqualTo(Cause.MERGE);
        pair.checked();

        pair.cpu.putLong(page(at, 3), 7);
        assertThat(machine.counter("cow_ksm")).isEqualTo(1);
        assertThat(machine.counter("ksm.pages_sharing")).isEqualTo(PAGES - 2);
        assertThat(free()).isEqualTo(before + PAGES - 2);
        for (int page = 0; page < PAGES; page++) {
            assertThat(pair.cpu.getLong(page(at, page))).isEqualTo(page == 3 ? 7 : 0);
            assertThat(pair.cpu.getLong(page(at, page) + 8)).isEqualTo(5);
        }
    }

    @Test
    void shouldMergePagesOfTwoSpacesAndLaterOnesWithThem() {
        long at = same(pair.space, 1, 5);
        AddressSpace other = machine.openSpace("other");
        long there = same(other, 1, 5);
        assertThat(merger.settle()).isEqualTo(1);
        long late = same(other, 2, 5);

        assertThat(merger.settle()).isEqualTo(2);

        assertThat(machine.counter("ksm.pages_shared")).isEqualTo(1);
        assertThat(machine.counter("ksm.pages_sharing")).isEqualTo(3);
        pair.checked();
        pair.space.munmap(at, Pages.SIZE);
        try (CpuContext cpu = other.attach(0)) {
            cpu.putLong(there, 6);
            assertThat(cpu.getLong(late + 8)).isEqualTo(5);
            assertThat(cpu.getLong(there + 8)).isEqualTo(5);
            cpu.putLong(late, 6);
            cpu.putLong(page(late, 1), 6);
        }
        assertThat(machine.counter("ksm.pages_shared")).isZero();
        other.close();
        pair.checked();
        merger.round();
        assertThat(machine.counter("ksm.pages_shared")).isZero();
    }

    /** The last one too is copied: a frame stays merged until it is free. */
    @Test
    void shouldCopyEvenTheLastMapping() {
        long at = same(pair.space, 2, 5);
        merger.settle();
        long shared = pfn(at);
        pair.cpu.putLong(at, 1);
        pair.cpu.putLong(page(at, 1), 2);

        assertThat(List.of(pfn(at), pfn(page(at, 1)))).doesNotContain(shared);
        assertThat(machine.counter("cow_ksm")).isEqualTo(2);
        assertThat(machine.counter("ksm.pages_shared")).isZero();
    }

    @Test
    void shouldLeaveWhatIsNotAdvised() {
        long at = same(pair.space, PAGES, 5);
        pair.space.advise(at, 4L * Pages.SIZE, Advice.UNMERGEABLE);
        long never = pair.space.mmap(MapRequest.anonymous(2L * Pages.SIZE));
        pair.cpu.putLong(never + 8, 5);
        pair.cpu.putLong(page(never, 1) + 8, 5);

        assertThat(merger.settle()).isEqualTo(PAGES - 5);
        assertThat(pfn(never)).isNotEqualTo(pfn(page(never, 1)));
        assertThat(pfn(at)).isNotEqualTo(pfn(page(at, 1)));
    }

    @Test
    void shouldPartMergedPagesWhenTheAdviceIsTakenBack() {
        long at = same(pair.space, PAGES, 5);
        long before = free();
        merger.settle();

        pair.space.advise(at, (long) PAGES * Pages.SIZE, Advice.UNMERGEABLE);

        assertThat(free()).isEqualTo(before);
        assertThat(machine.counter("ksm.pages_shared")).isZero();
        assertThat(merger.settle()).isZero();
        for (int page = 0; page < PAGES; page++) {
            assertThat(pair.cpu.getLong(page(at, page) + 8)).isEqualTo(5);
        }
    }

    /** Pages whose content changes between rounds cost a checksum and are never merged. */
    @Test
    void shouldNotMergeWhatChangesEachRound() {
        long at = same(pair.space, PAGES, 5);
        for (long word = 6; word < 12; word++) {
            assertThat(merger.round()).isZero();
            for (int page = 0; page < PAGES; page++) {
                pair.cpu.putLong(page(at, page) + 8, word);
            }
        }

        merger.round();
        assertThat(machine.counter("ksm.pages_volatile")).isEqualTo(PAGES);
        assertThat(machine.counter("ksm.pages_unshared")).isZero();
        assertThat(merger.round()).isEqualTo(PAGES - 1);
    }

    @Test
    void shouldCountCandidatesWithNoEqual() {
        for (int i = 0; i < 5; i++) {
            same(pair.space, 1, 100 + i);
        }
        merger.settle();
        merger.round();

        assertThat(machine.counter("ksm.pages_unshared")).isEqualTo(5);
        assertThat(machine.counter("ksm.pages_volatile")).isZero();
    }

    @Test
    void shouldMergeAcrossTenantsOnlyWhenAsked() {
        machine.tenant("a", NodeSet.ALL, List.of());
        machine.tenant("b", NodeSet.ALL, List.of());
        AddressSpace a = machine.openSpace("a", "a");
        AddressSpace b = machine.openSpace("b", "b");
        long one = same(a, 1, 5);
        long other = same(b, 1, 5);
        assertThat(merger.settle()).isZero();
        assertThat(merger.round()).isZero();

        merger.by(new MergeRules(false, true, false, 256));
        assertThat(merger.round()).isEqualTo(1);

        pair.checked();
        a.munmap(one, Pages.SIZE);
        pair.checked();
        try (CpuContext cpu = b.attach(0)) {
            assertThat(cpu.getLong(other + 8)).isEqualTo(5);
            cpu.putLong(other, 1);
        }
        a.close();
        b.close();
    }

    @Test
    void shouldShowTheZeroPageOnlyWhenAsked() {
        long at = same(pair.space, PAGES, 0);
        long before = free();
        assertThat(merger.settle()).isEqualTo(PAGES - 1);
        pair.space.advise(at, (long) PAGES * Pages.SIZE, Advice.UNMERGEABLE);
        pair.space.advise(at, (long) PAGES * Pages.SIZE, Advice.MERGEABLE);
        pair.space.mprotect(at, Pages.SIZE, Protection.NONE);

        merger.by(new MergeRules(false, false, true, 256));
        assertThat(merger.settle()).isEqualTo(PAGES);

        assertThat(free()).isEqualTo(before + PAGES);
        assertThat(machine.counter("ksm.zero_pages")).isEqualTo(PAGES);
        assertThat(pair.state(page(at, 1))).isEqualTo(PageState.ZERO);
        assertThat(pair.state(at)).isEqualTo(PageState.NONE);
        pair.checked();
        pair.space.mprotect(at, Pages.SIZE, Protection.READ_WRITE);
        assertThat(pair.cpu.getLong(at)).isZero();
        pair.cpu.putLong(page(at, 1), 3);
        assertThat(pair.cpu.getLong(page(at, 1))).isEqualTo(3);
        assertThat(pair.cpu.getLong(page(at, 2))).isZero();
    }

    @Test
    void shouldBeginAnotherPageWhenOneStandsForEnough() {
        long at = same(pair.space, 12, 5);
        merger.by(new MergeRules(false, false, false, 4));

        assertThat(merger.settle()).isEqualTo(12 - 3);

        assertThat(machine.counter("ksm.pages_shared")).isEqualTo(3);
        assertThat(machine.counter("ksm.pages_sharing")).isEqualTo(9);
        assertThat(pair.cpu.getLong(page(at, 11) + 8)).isEqualTo(5);
        assertThatThrownBy(() -> new MergeRules(false, false, false, 1)).hasMessageContaining("name 2 to 16384");
    }

    /** Places that pages left are found out, so that others take them. */
    @Test
    void shouldFillPlacesThatWritersLeft() {
        long at = same(pair.space, 4, 5);
        merger.by(new MergeRules(false, false, false, 4));
        merger.settle();
        pair.cpu.putLong(page(at, 1), 1);
        pair.cpu.putLong(page(at, 2), 2);
        long late = same(pair.space, 2, 5);

        assertThat(merger.settle()).isEqualTo(2);
        assertThat(machine.counter("ksm.pages_shared")).isEqualTo(1);
        assertThat(pfn(late)).isEqualTo(pfn(at));
    }

    @Test
    void shouldKeepForksApartAndMergeWhatTheyShare() {
        long at = same(pair.space, 4, 5);
        AddressSpace child = pair.space.fork("child");
        assertThat(merger.settle()).isEqualTo(3);
        AddressSpace grandchild = child.fork("grandchild");
        pair.checked();

        pair.cpu.putLong(at, 1);
        try (CpuContext cpu = child.attach(0)) {
            cpu.putLong(page(at, 1), 2);
            assertThat(cpu.getLong(at)).isZero();
        }
        try (CpuContext cpu = grandchild.attach(0)) {
            for (int page = 0; page < 4; page++) {
                assertThat(cpu.getLong(page(at, page))).isZero();
                assertThat(cpu.getLong(page(at, page) + 8)).isEqualTo(5);
            }
        }
        assertThat(pair.cpu.getLong(page(at, 1))).isZero();
        child.close();
        grandchild.close();
    }

    @Test
    void shouldFollowPagesThatMove() {
        long at = same(pair.space, 4, 5);
        merger.settle();

        long to = pair.space.mremap(at, 2L * Pages.SIZE, 600L * Pages.SIZE, true);

        pair.checked();
        assertThat(pfn(to)).isEqualTo(pfn(page(at, 2)));
        assertThat(same(pair.space, 1, 5)).isPositive();
        assertThat(merger.settle()).isEqualTo(1);
        pair.cpu.putLong(to, 8);
        assertThat(pair.cpu.getLong(page(at, 2))).isZero();
    }

    /** An application moves a merged page: all that it stands for go with it, and stay one page. */
    @Test
    void shouldMoveAMergedPageForAllThatItStandsFor() {
        long at = same(pair.space, 4, 5);
        merger.settle();
        long before = pfn(at);

        var rooms = pair.under.mechanism().rooms();
        var agent = rooms.begin();
        assertThat(rooms.frames.hold(before)).isTrue();
        agent.scratch()[0] = before;
        agent.batch().order().off(0, Reason.EVICTION, Cause.EVICTION, 0);
        assertThat(agent.batch().moveFrames(agent.scratch(), 1)).isEqualTo(1);
        rooms.done(agent);

        assertThat(pfn(at)).isNotEqualTo(before).isEqualTo(pfn(page(at, 3)));
        pair.checked();
        same(pair.space, 1, 5);
        assertThat(merger.settle()).isEqualTo(1);
        assertThat(machine.counter("ksm.pages_sharing")).isEqualTo(4);
    }

    /** Advice to free leaves merged pages alone, and pages advised free are not merged: their content may go. */
    @Test
    void shouldMergeNothingThatMayBeDropped() {
        long at = same(pair.space, 4, 5);
        pair.space.advise(at, 2L * Pages.SIZE, Advice.FREE);
        assertThat(merger.settle()).isEqualTo(1);
        pair.space.advise(at, 4L * Pages.SIZE, Advice.FREE);
        pair.space.munmap(page(at, 3), Pages.SIZE);
        pair.space.advise(at, 3L * Pages.SIZE, Advice.FREE);

        var rooms = pair.under.mechanism().rooms();
        var agent = rooms.begin();
        rooms.lazyPages.makeRoom(agent, Errno.ENOMEM, 0);
        rooms.done(agent);

        assertThat(machine.counter("advice.dropped.pages")).isEqualTo(2);
        assertThat(pair.cpu.getLong(page(at, 2) + 8)).isEqualTo(5);
    }

    @Test
    void shouldLeaveFoliosOf2MiBAndSharedMemoryAlone() {
        long large = pair.space.mmap(MapRequest.anonymous(2 * Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        pair.space.advise(large, 2 * Pages.LARGE_SIZE, Advice.HUGEPAGE);
        pair.cpu.putLong(large, 0);
        pair.cpu.putLong(large + Pages.LARGE_SIZE, 0);
        pair.space.advise(large, 2 * Pages.LARGE_SIZE, Advice.MERGEABLE);
        long shared = pair.space.mmap(MapRequest.anonymous(2L * Pages.SIZE).shared());
        pair.cpu.putLong(shared, 0);
        pair.cpu.putLong(page(shared, 1), 0);

        assertThat(merger.settle()).isZero();
        assertThat(Pte.large(entry(large))).isTrue();
        Pair.refused(Errno.EOPNOTSUPP, () -> pair.space.advise(shared, 2L * Pages.SIZE, Advice.MERGEABLE));
    }

    /** Two daemons have one memory of pages: what one made a merged page, the other adds to. */
    @Test
    void shouldGoOnWhereAnotherLeftOff() {
        long at = same(pair.space, 4, 5);
        merger.settle();
        same(pair.space, 2, 5);
        try (var second = new Merger(
                pair.under.mechanism().rooms(), pair.under.mechanism().spaceList())) {
            assertThat(second.settle()).isEqualTo(2);
        }
        assertThat(machine.counter("ksm.pages_shared")).isEqualTo(1);
        assertThat(pair.cpu.getLong(at + 8)).isEqualTo(5);
    }
}

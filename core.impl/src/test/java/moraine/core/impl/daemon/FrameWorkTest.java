package moraine.core.impl.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.space.SpaceImpl;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scans and moves on a machine whose devices are nodes that reclaim has no business with. */
@Timeout(120)
final class FrameWorkTest {
    private static final int RAM = 0;
    private static final int DEVICE = 1;
    private static final int PAGES = 16;

    private final Pair pair = new Pair(/* coherent= */ true, TestPolicy.Kind.NODE, "");
    private final Machine machine = pair.under.machine();
    private final FrameWork work =
            new FrameWork(pair.under.mechanism().rooms(), pair.under.mechanism().spaceList(), RAM);
    private final FolioList list = new FolioList(this, 64);

    @AfterEach
    void close() {
        work.close();
        pair.close();
    }

    private int scan(int node, Attribute service) {
        return work.scan(node, service, list, Long.MAX_VALUE);
    }

    /** {@return ages by frame, after a round} */
    private Map<Long, Integer> round(int node, Attribute service) {
        var ages = new TreeMap<Long, Integer>();
        while (scan(node, service) > 0) {
            for (int i = 0; i < list.size(); i++) {
                ages.put(list.pfn(i), list.age(i));
            }
        }
        return ages;
    }

    private int demote(int node, long most) {
        return work.move(list, node, Cause.DEMOTION, 0, most);
    }

    private List<Integer> nodes(long address) {
        var nodes = new ArrayList<Integer>();
        for (int page = 0; page < PAGES; page++) {
            nodes.add(pair.space.why(page(address, page)).node());
        }
        return nodes;
    }

    private static long page(long address, int page) {
        return address + (long) page * Pages.SIZE;
    }

    private void readBack(long address) {
        for (int page = 0; page < PAGES; page++) {
            assertThat(pair.cpu.getLong(page(address, page))).isEqualTo(page + 1);
        }
    }

    /** {@return a mapping whose odd pages are the device's} */
    private long mixed() {
        long at = pair.written(PAGES);
        for (int page = 1; page < PAGES; page += 2) {
            pair.space.migrate(page(at, page), Pages.SIZE, DEVICE, Cause.USER);
        }
        return at;
    }

    @Test
    void shouldHandleAMixedRangePageByPage() {
        long at = mixed();

        assertThat(round(RAM, Attribute.RECLAIMABLE)).hasSize(PAGES / 2);
        assertThat(round(DEVICE, Attribute.RECLAIMABLE)).isEmpty();
        assertThat(round(DEVICE, Attribute.FILE_BACKABLE)).hasSize(PAGES / 2);
        scan(RAM, Attribute.RECLAIMABLE);
        assertThat(demote(2, Long.MAX_VALUE)).isEqualTo(PAGES / 2);

        for (int page = 0; page < PAGES; page++) {
            assertThat(nodes(at).get(page)).isEqualTo(page % 2 == 1 ? DEVICE : 2);
        }
        assertThat(pair.space.why(at).cause()).isEqualTo(Cause.DEMOTION);
        assertThat(((SpaceImpl) pair.space).vmas().find(at))
                .isSameAs(((SpaceImpl) pair.space).vmas().find(page(at, PAGES - 1)));
        assertThat(machine.counter("pgdemote_kswapd")).isEqualTo(PAGES / 2);
        readBack(at);
    }

    @Test
    void shouldTakeWhatYieldsFromMemoryOnlyThatReclaimMayTake() {
        long at = mixed();

        scan(DEVICE, Attribute.MOVABLE);
        assertThat(work.move(list, 2, Cause.YIELD, 0, Long.MAX_VALUE)).isZero();
        assertThat(machine.counter("yield.pages")).isZero();
        scan(RAM, Attribute.MOVABLE);
        assertThat(work.move(list, 2, Cause.YIELD, 0, Long.MAX_VALUE)).isEqualTo(PAGES / 2);
        for (int page = 0; page < PAGES; page++) {
            assertThat(nodes(at).get(page)).isEqualTo(page % 2 == 1 ? DEVICE : 2);
        }
        assertThat(scan(DEVICE, Attribute.MOVABLE)).as("the end of a round").isZero();
        scan(DEVICE, Attribute.MOVABLE);
        assertThat(demote(2, Long.MAX_VALUE)).isEqualTo(PAGES / 2);
        readBack(at);
    }

    @Test
    void shouldAgeWhatNobodyTouches() {
        long at = pair.written(PAGES);

        assertThat(round(RAM, Attribute.RECLAIMABLE).values()).containsOnly(0);
        assertThat(round(RAM, Attribute.RECLAIMABLE).values()).containsOnly(1);
        assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        assertThat(round(RAM, Attribute.RECLAIMABLE).values()).containsOnly(0, 2);
        assertThat(round(RAM, Attribute.FILE_BACKABLE).values()).containsOnly(0, 2);
        assertThat(machine.counter("pgscan")).isEqualTo(3L * PAGES);
    }

    @Test
    void shouldNoticeATouchThroughATranslationThatAProcessorKeeps() {
        long at = pair.written(1);
        round(RAM, Attribute.RECLAIMABLE);

        for (int i = 0; i < 3; i++) {
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
            assertThat(round(RAM, Attribute.RECLAIMABLE).values()).containsOnly(0);
        }
    }

    @Test
    void shouldGoOnWhereTheLastScanStopped() {
        pair.written(100);

        assertThat(scan(RAM, Attribute.RECLAIMABLE)).isEqualTo(64);
        long last = list.pfn(63);
        assertThat(scan(RAM, Attribute.RECLAIMABLE)).isEqualTo(36);
        assertThat(list.pfn(0)).isGreaterThan(last);
        assertThat(scan(RAM, Attribute.RECLAIMABLE)).isZero();
        assertThat(scan(RAM, Attribute.RECLAIMABLE)).isEqualTo(64);
    }

    @Test
    void shouldLeavePinnedPages() {
        long at = pair.written(PAGES);
        try (var pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
            assertThat(pin.pages()).isEqualTo(1);
            scan(RAM, Attribute.RECLAIMABLE);

            assertThat(demote(DEVICE, Long.MAX_VALUE)).isEqualTo(PAGES - 1);

            assertThat(nodes(at).getFirst()).isEqualTo(RAM);
        }
        readBack(at);
    }

    @Test
    void shouldKeepInTheListWhatATenantMayNotHaveThere() {
        machine.tenant("confined", NodeSet.of(RAM, 2), List.of());
        AddressSpace confined = machine.openSpace("confined", "confined");
        long at = confined.mmap(MapRequest.anonymous(Pages.SIZE));
        try (var cpu = confined.attach(RAM)) {
            cpu.putLong(at, 5);
        }
        scan(RAM, Attribute.RECLAIMABLE);

        assertThat(demote(DEVICE, Long.MAX_VALUE)).isZero();
        assertThat(list.size()).isEqualTo(1);
        assertThat(demote(2, Long.MAX_VALUE)).isEqualTo(1);
        assertThat(list.size()).isZero();
        assertThat(confined.why(at).node()).isEqualTo(2);
        confined.close();
    }

    @Test
    void shouldMoveNoMoreThanItMay() {
        pair.written(PAGES);
        scan(RAM, Attribute.RECLAIMABLE);

        assertThat(demote(DEVICE, 5)).isEqualTo(5);
        assertThat(list.size()).isEqualTo(PAGES - 5);
    }

    @Test
    void shouldPassOverPagesThatAreOthersNow() {
        long at = pair.written(PAGES);
        scan(RAM, Attribute.RECLAIMABLE);
        pair.space.munmap(at, (long) PAGES * Pages.SIZE);
        long later = pair.written(PAGES);

        assertThat(demote(DEVICE, Long.MAX_VALUE)).isZero();

        assertThat(nodes(later)).containsOnly(RAM);
    }

    @Test
    void shouldRefuseNodesAndCausesThatAreNone() {
        assertThat(work.refusal(RAM, Cause.DEMOTION)).isNull();
        assertThat(work.refusal(DEVICE, Cause.DEMOTION))
                .isEqualTo("DEMOTION to node 1, whose memory test-node is not DEMOTION_TARGET");
        for (Cause cause : List.of(Cause.PROMOTION, Cause.BALANCE)) {
            assertThat(work.refusal(RAM, cause)).isNull();
            assertThat(work.refusal(DEVICE, cause))
                    .isEqualTo(cause + " to node 1, whose memory test-node is not HINT_FAULTABLE");
        }
        refused(Errno.EINVAL, () -> work.refusal(RAM, Cause.USER));
        refused(Errno.ENOENT, () -> scan(9, Attribute.RECLAIMABLE));
    }

    /** {@return resident, used by CPUs, used by devices, unused for a round, of the only owner} */
    private List<Long> census(int node) {
        var owners = new OwnerList(this);
        assertThat(work.census(node, owners, Long.MAX_VALUE)).isTrue();
        if (owners.size() == 0) {
            return List.of();
        }
        assertThat(owners.size()).isEqualTo(1);
        return List.of(owners.residentPages(0), owners.usedByCpu(0), owners.usedByDevice(0), owners.unusedPages(0, 1));
    }

    private List<Integer> unused(int node) {
        var rounds = new ArrayList<Integer>();
        scan(node, Attribute.MOVABLE);
        for (int i = 0; i < list.size(); i++) {
            rounds.add(list.unused(i));
        }
        assertThat(scan(node, Attribute.MOVABLE)).isZero();
        return rounds;
    }

    /** Waits until times of pages, which are kept in units, differ. */
    private void later() {
        long until = pair.under.mechanism().rooms().nowNs() + 10_000;
        while (pair.under.mechanism().rooms().nowNs() < until) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldCountWhoUsedPages() {
        long at = mixed();
        later();
        assertThat(census(DEVICE)).containsExactly(8L, 0L, 0L, 0L);
        later();
        assertThat(census(DEVICE)).containsExactly(8L, 0L, 0L, 8L);
        assertThat(pair.cpu.getLong(page(at, 1))).isEqualTo(2);
        assertThat(census(DEVICE)).containsExactly(8L, 1L, 0L, 7L);
        assertThat(unused(DEVICE)).containsExactlyInAnyOrder(0, 2, 2, 2, 2, 2, 2, 2);
        assertThat(pair.cpu.getLong(page(at, 1))).isEqualTo(2);
        assertThat(census(DEVICE)).containsExactly(8L, 1L, 0L, 7L);

        pair.run(0, memory -> memory.getLong(page(at, 3)));
        assertThat(census(DEVICE)).containsExactly(8L, 0L, 1L, 7L);
    }

    @Test
    void shouldCountAPageThatHasJustComeAsUsed() {
        mixed();
        later();
        census(DEVICE);
        later();
        long at = pair.written(1);
        pair.space.migrate(at, Pages.SIZE, DEVICE, Cause.USER);

        assertThat(census(DEVICE)).containsExactly(9L, 0L, 0L, 8L);
    }

    @Test
    void shouldLeaveTheMarksOfAgeingToAgeing() {
        pair.written(PAGES);
        round(RAM, Attribute.RECLAIMABLE);
        assertThat(census(RAM)).startsWith((long) PAGES, (long) PAGES);

        assertThat(round(RAM, Attribute.RECLAIMABLE).values()).containsOnly(1);
    }

    @Test
    void shouldTellWhatFellBackSinceItWasAsked() {
        var rows = new FallbackList(this, 4);
        assertThat(work.fallbacks(rows)).isZero();
        long free = free(DEVICE);
        long at = pair.written((int) free + 8);
        assertThat(pair.space
                        .migrate(at, (free + 8) * Pages.SIZE, DEVICE, Cause.USER)
                        .movedPages())
                .isLessThanOrEqualTo(free);

        assertThat(work.fallbacks(rows)).isEqualTo(1);
        assertThat(rows.wanted(0)).isEqualTo(DEVICE);
        assertThat(rows.got(0)).isEqualTo(FallbackList.NOWHERE);
        assertThat(rows.pages(0)).isGreaterThanOrEqualTo(8);
        assertThat(work.fallbacks(rows)).isZero();
    }

    private long free(int node) {
        return machine.nodes().stream()
                .filter(info -> info.id() == node)
                .findFirst()
                .orElseThrow()
                .freePages();
    }

    private static void refused(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    /** Ageing is for pages on a list of reclaim's: the type of a device's memory may keep its pages off them. */
    @Test
    void shouldAgeNoPagesThatAreOffTheLru() {
        String off = "(also=" + Attribute.RECLAIMABLE + ")";
        try (Pair other = new Pair(/* coherent= */ true, TestPolicy.Kind.NODE, off)) {
            var rooms = other.under.mechanism().rooms();
            var scanning = new FrameWork(rooms, other.under.mechanism().spaceList(), RAM);
            long at = other.space.mmap(MapRequest.anonymous(PAGES * (long) Pages.SIZE));
            other.cpu.touch(at, PAGES * Pages.SIZE, Intent.WRITE);
            other.space.migrate(at, PAGES * (long) Pages.SIZE, DEVICE, Cause.USER);
            assertThat(other.space.why(at).node()).isEqualTo(DEVICE);
            assertThat(scanning.scan(DEVICE, Attribute.RECLAIMABLE, list, Long.MAX_VALUE))
                    .isZero();
            assertThat(scanning.scan(DEVICE, Attribute.MOVABLE, list, Long.MAX_VALUE))
                    .isEqualTo(PAGES);
            scanning.close();
        }
    }
}

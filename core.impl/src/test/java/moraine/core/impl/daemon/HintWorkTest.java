package moraine.core.impl.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Snapshot;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hints in the pages of a machine whose devices are nodes that take none. */
@Timeout(120)
final class HintWorkTest {
    private static final int RAM = 0;
    private static final int DEVICE = 1;
    private static final int PAGES = 16;

    private final Pair pair = new Pair(/* coherent= */ true, TestPolicy.Kind.NODE, "(large=true)");
    private final FrameWork work =
            new FrameWork(pair.under.mechanism().rooms(), pair.under.mechanism().spaceList(), RAM);
    private final FolioList list = new FolioList(this, 64);
    private final HintFaultList faults = new HintFaultList(this, 64);

    @AfterEach
    void close() {
        work.close();
        pair.close();
    }

    /** {@return pages of a node that got a hint, of those that have an attribute} */
    private int hint(int node, Attribute service) {
        int planted = 0;
        while (work.scan(node, service, list, Long.MAX_VALUE) > 0) {
            planted += work.hint(list, Long.MAX_VALUE);
        }
        return planted;
    }

    private int hint() {
        return hint(RAM, Attribute.HINT_FAULTABLE);
    }

    private int drain() {
        faults.clear(-1, Attribute.HINT_FAULTABLE);
        return work.hintFaults(faults);
    }

    private long counter(String name) {
        return pair.under.machine().counter(name);
    }

    private static long page(long address, int page) {
        return address + (long) page * Pages.SIZE;
    }

    private List<PageState> states(long address) {
        var states = new ArrayList<PageState>();
        for (int page = 0; page < PAGES; page++) {
            states.add(pair.state(page(address, page)));
        }
        return states;
    }

    @Test
    void shouldTellTheFirstTouchOfACpu() {
        long at = pair.written(PAGES);
        assertThat(hint()).isEqualTo(PAGES);
        assertThat(states(at)).containsOnly(PageState.HINT);

        assertThat(pair.cpu.getLong(page(at, 3))).isEqualTo(4);
        pair.cpu.putLong(page(at, 3), 4);

        assertThat(drain()).isEqualTo(1);
        assertThat(pair.state(page(at, 3))).isEqualTo(PageState.PRESENT);
        assertThat(faults.node(0)).isEqualTo(RAM);
        assertThat(faults.toucher(0)).isEqualTo(RAM);
        assertThat(faults.pages(0)).isEqualTo(1);
        assertThat(faults.repeats(0)).isZero();
        assertThat(faults.latencyNs(0)).isBetween(0L, Pair.TIMEOUT_NS);
        assertThat(counter("numa_pte_updates")).isEqualTo(PAGES);
        assertThat(counter("numa_hint_faults")).isEqualTo(1);
        assertThat(drain()).isZero();
    }

    @Test
    void shouldTellHowOftenANodeTouchedInARow() {
        long at = pair.written(1);
        for (int round = 0; round < 3; round++) {
            assertThat(hint()).isEqualTo(1);
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
            assertThat(drain()).isEqualTo(1);
            assertThat(faults.repeats(0)).isEqualTo(round);
            assertThat(faults.changes(0)).isZero();
        }
    }

    @Test
    void shouldKeepTheTimeOfAHintThatWaits() {
        pair.written(PAGES);

        assertThat(hint()).isEqualTo(PAGES);
        assertThat(hint()).isZero();
    }

    @Test
    void shouldPlantNothingInMemoryThatTakesNoHintsThoughItsRangeIsMixed() {
        long at = pair.written(PAGES);
        for (int page = 1; page < PAGES; page += 2) {
            pair.space.migrate(page(at, page), Pages.SIZE, DEVICE, Cause.USER);
        }

        assertThat(hint(DEVICE, Attribute.FILE_BACKABLE)).isZero();
        assertThat(hint(RAM, Attribute.FILE_BACKABLE)).isEqualTo(PAGES / 2);

        for (int page = 0; page < PAGES; page++) {
            assertThat(pair.state(page(at, page))).isEqualTo(page % 2 == 1 ? PageState.PRESENT : PageState.HINT);
        }
    }

    @Test
    void shouldNotBeNoticedByDevices() {
        long at = pair.written(1);
        pair.run(0, memory -> memory.putLong(at, memory.getLong(at) + 1));
        long before = counter("device.faults");
        assertThat(hint()).isEqualTo(1);

        pair.run(0, memory -> memory.putLong(at, memory.getLong(at) + 1));
        assertThat(counter("device.faults")).isEqualTo(before);
        assertThat(pair.under.machine().device("gpu0").snapshot(pair.space, at, Pages.SIZE))
                .containsExactly(Snapshot.WRITE);
        pair.run(1, memory -> memory.putLong(at, memory.getLong(at) + 1));

        pair.checked();
        assertThat(pair.state(at)).isEqualTo(PageState.HINT);
        assertThat(drain()).isZero();
        assertThat(pair.cpu.getLong(at)).isEqualTo(4);
        assertThat(drain()).isEqualTo(1);
    }

    @Test
    void shouldNotTellATouchByADeviceThatHasToCopyThePage() {
        long at = pair.written(1);
        try (AddressSpace child = pair.space.fork("child");
                CpuContext other = child.attach(RAM)) {
            assertThat(hint()).isEqualTo(1);
            pair.run(0, memory -> memory.putLong(at, 7));

            assertThat(drain()).isZero();
            assertThat(other.getLong(at)).isEqualTo(1);
            assertThat(pair.cpu.getLong(at)).isEqualTo(7);
        }
    }

    @Test
    void shouldNotTellWhenADeviceTakesThePageAlone() {
        long at = pair.written(1);
        assertThat(hint()).isEqualTo(1);

        assertThat(pair.device(0).exclusive(pair.space, at, Pages.SIZE).movedPages())
                .isEqualTo(1);

        assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
        assertThat(drain()).isZero();
    }

    @Test
    void shouldDuplicateAPageBesideItsHint() {
        long at = pair.written(1);
        pair.space.advise(at, Pages.SIZE, Advice.READ_MOSTLY);
        assertThat(hint()).isEqualTo(1);

        pair.run(0, memory -> assertThat(memory.getLong(at)).isEqualTo(1));

        assertThat(counter("duplicates.pages")).isEqualTo(1);
        assertThat(pair.state(at)).isEqualTo(PageState.HINT);
        pair.checked();
        pair.cpu.putLong(at, 2);
        assertThat(drain()).isEqualTo(1);
        assertThat(counter("duplicates.pages")).isZero();
        pair.run(0, memory -> assertThat(memory.getLong(at)).isEqualTo(2));
    }

    @Test
    void shouldLeavePinnedPages() {
        long at = pair.written(PAGES);
        try (var pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
            assertThat(pin.pages()).isEqualTo(1);
            assertThat(hint()).isEqualTo(PAGES - 1);
            assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
        }
        try (var pin = pair.space.pin(page(at, 1), Pages.SIZE, PinKind.SHORT, Intent.READ)) {
            assertThat(pin.pages()).isEqualTo(1);
            assertThat(pair.state(page(at, 1))).isEqualTo(PageState.HINT);
        }
        assertThat(drain()).isZero();
    }

    @Test
    void shouldLeaveAHintBehindWhereAPageMoves() {
        long at = pair.written(PAGES);
        assertThat(hint()).isEqualTo(PAGES);

        pair.space.migrate(at, (long) PAGES * Pages.SIZE, DEVICE, Cause.USER);

        assertThat(states(at)).containsOnly(PageState.PRESENT);
        assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        assertThat(drain()).isZero();
    }

    @Test
    void shouldForbidEverythingWhereAHintWaited() {
        long at = pair.written(2);
        assertThat(hint()).isEqualTo(2);

        pair.space.mprotect(at, Pages.SIZE, Protection.NONE);
        pair.space.mprotect(page(at, 1), Pages.SIZE, Protection.READ);

        Pair.refused(Errno.EFAULT, () -> pair.cpu.getLong(at));
        assertThat(pair.cpu.getLong(page(at, 1))).isEqualTo(2);
        Pair.refused(Errno.EFAULT, () -> pair.cpu.putLong(page(at, 1), 3));
        assertThat(drain()).isEqualTo(1);
        pair.space.migrate(at, Pages.SIZE, DEVICE, Cause.USER);
        pair.space.migrate(at, Pages.SIZE, RAM, Cause.USER);
        pair.checked();
        Pair.refused(Errno.EFAULT, () -> pair.cpu.getLong(at));
        assertThat(hint()).isEqualTo(1);
        pair.space.mprotect(at, Pages.SIZE, Protection.READ_WRITE);
        assertThat(pair.cpu.getLong(at)).isEqualTo(1);
    }

    @Test
    void shouldPlantInAllSpacesThatShareAPage() {
        long at = pair.written(1);
        try (AddressSpace child = pair.space.fork("child");
                CpuContext other = child.attach(RAM)) {
            assertThat(hint()).isEqualTo(1);
            assertThat(child.why(at).state()).isEqualTo(PageState.HINT);

            other.putLong(at, 5);

            assertThat(drain()).isEqualTo(1);
            assertThat(pair.state(at)).isEqualTo(PageState.HINT);
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
            assertThat(other.getLong(at)).isEqualTo(5);
            assertThat(drain()).isZero();
        }
    }

    @Test
    void shouldForkAHintWithItsPage() {
        long at = pair.written(1);
        assertThat(hint()).isEqualTo(1);
        try (AddressSpace child = pair.space.fork("child");
                CpuContext other = child.attach(RAM)) {
            assertThat(child.why(at).state()).isEqualTo(PageState.HINT);
            assertThat(other.getLong(at)).isEqualTo(1);
            pair.cpu.putLong(at, 2);
            assertThat(other.getLong(at)).isEqualTo(1);
        }
    }

    @Test
    void shouldPlantOneHintInALargePage() {
        long at = pair.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        pair.cpu.putLong(at, 1);

        assertThat(hint()).isEqualTo(Pages.PER_LARGE);
        assertThat(pair.cpu.getLong(page(at, 5))).isZero();

        assertThat(drain()).isEqualTo(1);
        assertThat(faults.pages(0)).isEqualTo(Pages.PER_LARGE);
        assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        assertThat(drain()).isZero();
        assertThat(hint()).isEqualTo(Pages.PER_LARGE);
        pair.space.munmap(page(at, 8), Pages.SIZE);
        assertThat(pair.cpu.getLong(at)).isEqualTo(1);
    }

    @Test
    void shouldTellNothingOfAPageThatIsGone() {
        long at = pair.written(2);
        hint();
        assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        assertThat(pair.cpu.getLong(page(at, 1))).isEqualTo(2);

        pair.space.munmap(at, Pages.SIZE);

        assertThat(drain()).isEqualTo(1);
        assertThat(work.move(faults, RAM, Cause.PROMOTION, 0, Long.MAX_VALUE)).isZero();
    }

    @Test
    void shouldMoveWhatWasTouched() {
        long at = pair.written(2);
        hint();
        assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        drain();

        assertThat(work.move(faults, 2, Cause.PROMOTION, 0, Long.MAX_VALUE)).isEqualTo(1);

        assertThat(pair.space.why(at).node()).isEqualTo(2);
        assertThat(pair.space.why(at).cause()).isEqualTo(Cause.PROMOTION);
        assertThat(counter("pgpromote_success")).isEqualTo(1);
        assertThat(counter("pgpromote_candidate")).isEqualTo(1);
        assertThat(counter("numa_pages_migrated")).isEqualTo(1);
        assertThat(counter("pgdemote_kswapd")).isZero();
        assertThat(counter("pgsteal")).isZero();
    }
}

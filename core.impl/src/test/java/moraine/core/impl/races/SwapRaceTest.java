package moraine.core.impl.races;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Races between a page on its way to swap, or back, and whoever touches, copies or unmaps it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SwapRaceTest {
    private static final String RECLAIMER = "reclaimer";

    private final AtomicLong gone = new AtomicLong(-1);
    private final AtomicLong seen = new AtomicLong(-1);
    private final AtomicReference<@Nullable SpaceImpl> forked = new AtomicReference<>();

    /** Begins to swap a page out, as far as a point. @return its frame */
    private long begin(Stage stage, long at, Point where) {
        long frame = stage.pfn(at);
        stage.gates.hold(where, RECLAIMER);
        stage.gates.start(RECLAIMER, () -> gone.set(stage.reclaim(frame)));
        stage.gates.awaitHeld(where, RECLAIMER);
        assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.MIGRATING);
        return frame;
    }

    private static void end(Stage stage, Point where) {
        stage.gates.release(where, RECLAIMER);
        stage.gates.awaitEnd(RECLAIMER);
    }

    private static long usedSlots(Stage stage) {
        return stage.machine.counter("swap.total.pages") - stage.machine.counter("swap.free.pages");
    }

    /** A touch waits until the page is in its slot, and brings it back. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"SWAP_UNMAPPED", "SWAP_WRITTEN"})
    void shouldServeATouchAfterThePageWasWritten(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            begin(stage, at, where);
            stage.cpu("writer", cpu -> {
                seen.set(cpu.getLong(at));
                cpu.putLong(at, 2);
            });
            stage.gates.awaitWithin("writer", "CpuFaults.await");
            end(stage, where);
            stage.gates.awaitEnd("writer");

            assertThat(gone).hasValue(1);
            assertThat(seen).hasValue(1);
            assertThat(stage.read(at)).isEqualTo(2);
            assertThat(usedSlots(stage)).isZero();
        }
    }

    /** A fork copies an entry on its way; both sides name the slot. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"SWAP_UNMAPPED", "SWAP_WRITTEN"})
    void shouldForkWhileAPageIsWritten(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            begin(stage, at, where);
            stage.gates.start("forker", () -> forked.set((SpaceImpl) stage.space.fork("child")));
            stage.gates.awaitEnd("forker");
            end(stage, where);
            SpaceImpl child = Objects.requireNonNull(forked.get(), "no fork");

            assertThat(gone).hasValue(1);
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.SWAPPED);
            assertThat(stage.entry(at)).isEqualTo(child.table().get(at));
            assertThat(Pte.writable(stage.entry(at))).isFalse();
            assertThat(stage.rooms.swap.slots().users(stage.pfn(at))).isEqualTo(2);
            stage.write(at, 2);
            assertThat(Stage.read(child, at)).isEqualTo(1);
            assertThat(stage.read(at)).isEqualTo(2);
        }
    }

    /** An unmapped page leaves its slot to others. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"SWAP_UNMAPPED", "SWAP_WRITTEN"})
    void shouldUnmapAPageThatIsWritten(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            long frame = begin(stage, at, where);
            stage.space.munmap(at, Pages.SIZE);
            end(stage, where);

            assertThat(gone).hasValue(1);
            assertThat(stage.entry(at)).isEqualTo(Pte.NONE);
            assertThat(stage.rooms.frames.refs(frame)).isZero();
            assertThat(usedSlots(stage)).isZero();
        }
    }

    /** A page that moves to another address while it is written is swapped there. */
    @Test
    void shouldFollowAPageThatMovesWhileItIsWritten() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            begin(stage, at, Point.SWAP_UNMAPPED);
            long there = stage.space.mremap(at, Pages.SIZE, Pages.SIZE, true, true);
            end(stage, Point.SWAP_UNMAPPED);

            assertThat(Pte.kind(stage.entry(there))).isEqualTo(Pte.SWAPPED);
            assertThat(stage.read(there)).isEqualTo(1);
            assertThat(stage.read(at)).isZero();
        }
    }

    /** A page that somebody came to refer to stays, writable as it was. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"SWAP_UNMAPPED", "SWAP_WRITTEN"})
    void shouldKeepAPageThatSomebodyRefersTo(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            long before = stage.entry(at);
            long frame = begin(stage, at, where);
            assertThat(stage.rooms.frames.getUnlessZero(frame)).isTrue();
            end(stage, where);

            assertThat(gone).hasValue(0);
            assertThat(stage.entry(at)).isEqualTo(before);
            assertThat(usedSlots(stage)).isZero();
            stage.rooms.frames.put(frame);
        }
    }

    /** Of two that bring the same page back one wins, and what it wrote is kept. */
    @Test
    void shouldKeepThePageThatCameBackFirst() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(stage.reclaim(stage.pfn(at))).isEqualTo(1);
            stage.gates.hold(Point.SWAP_READ, "late");
            stage.cpu("late", cpu -> seen.set(cpu.getLong(at)));
            stage.gates.awaitHeld(Point.SWAP_READ, "late");
            stage.write(at, 7);
            stage.gates.release(Point.SWAP_READ, "late");
            stage.gates.awaitEnd("late");

            assertThat(seen).hasValue(7);
            assertThat(stage.read(at)).isEqualTo(7);
            assertThat(usedSlots(stage)).isZero();
        }
    }

    /** A slot that is read for a touch becomes nobody else's, so what was read of it is not believed later. */
    @Test
    void shouldNotUseASlotAgainThatIsBeingRead() {
        try (Stage stage = Stage.reachable()) {
            int all = (int) stage.machine.counter("swap.total.pages");
            long at = stage.written(all);
            assertThat(stage.reclaimAll()).isEqualTo(all);
            stage.gates.hold(Point.SWAP_READ, "late");
            stage.cpu("late", cpu -> seen.set(cpu.getLong(at)));
            stage.gates.awaitHeld(Point.SWAP_READ, "late");
            stage.write(at, 7);
            stage.reclaim(stage.pfn(at));
            stage.gates.release(Point.SWAP_READ, "late");
            stage.gates.awaitEnd("late");

            assertThat(seen).hasValue(7);
            assertThat(stage.read(at)).isEqualTo(7);
        }
    }

    /** Of two that bring the same page of shared memory back one wins, and what it wrote is kept. */
    @Test
    void shouldKeepTheSharedPageThatCameBackFirst() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());
            stage.write(at, 1);
            assertThat(stage.reclaim(stage.pfn(at))).isEqualTo(1);
            stage.gates.hold(Point.SWAP_READ, "late");
            stage.cpu("late", cpu -> seen.set(cpu.getLong(at)));
            stage.gates.awaitHeld(Point.SWAP_READ, "late");
            stage.write(at, 7);
            stage.gates.release(Point.SWAP_READ, "late");
            stage.gates.awaitEnd("late");

            assertThat(seen).hasValue(7);
            assertThat(stage.read(at)).isEqualTo(7);
            assertThat(usedSlots(stage)).isZero();
        }
    }

    /**
     * A touch of shared memory waits until the page is in its slot, or keeps it from going there by referring to it; in
     * no case is another made for it.
     */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"SWAP_UNMAPPED", "SWAP_WRITTEN"})
    void shouldServeATouchOfSharedMemoryAfterThePageWasWritten(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = stage.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());
            stage.write(at, 1);
            SpaceImpl child = (SpaceImpl) stage.space.fork("child");
            begin(stage, at, where);
            stage.gates.start("other", () -> seen.set(Stage.read(child, at)));
            stage.gates.awaitWithin("other", "SharedFaults.map");
            end(stage, where);
            stage.gates.awaitEnd("other");

            assertThat(seen).hasValue(1);
            assertThat(stage.read(at)).isEqualTo(1);
            assertThat(usedSlots(stage)).isZero();
        }
    }

    /** A page that is made for shared memory does not take the place of one that went to swap meanwhile. */
    @Test
    void shouldMakeNoPageInThePlaceOfASlot() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());
            stage.gates.hold(Point.FAULT_PAGE_READY, "maker");
            stage.cpu("maker", cpu -> cpu.putLong(at + 8, 9));
            stage.gates.awaitHeld(Point.FAULT_PAGE_READY, "maker");
            stage.write(at, 1);
            assertThat(stage.reclaim(stage.pfn(at))).isEqualTo(1);
            stage.gates.release(Point.FAULT_PAGE_READY, "maker");
            stage.gates.awaitEnd("maker");

            assertThat(stage.read(at)).isEqualTo(1);
            assertThat(stage.read(at + 8)).isEqualTo(9);
            assertThat(usedSlots(stage)).isZero();
        }
    }

    /** A page comes back, and is unmapped right after. */
    @Test
    void shouldUnmapAfterAPageThatIsComingBack() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(stage.reclaim(stage.pfn(at))).isEqualTo(1);
            stage.gates.hold(Point.SWAP_READ, "reader");
            stage.gates.start("reader", () -> Stage.outcome(() -> stage.read(at)));
            stage.gates.awaitHeld(Point.SWAP_READ, "reader");
            stage.gates.start("unmapper", () -> stage.space.munmap(at, Pages.SIZE));
            stage.gates.awaitWithin("unmapper", "SpaceImpl.lockExclusive");
            stage.gates.release(Point.SWAP_READ, "reader");
            stage.gates.awaitEnd("unmapper");
            stage.gates.awaitEnd("reader");

            assertThat(stage.entry(at)).isEqualTo(Pte.NONE);
            assertThat(usedSlots(stage)).isZero();
        }
    }

    /** A device's fault on a page on its way waits as a CPU's does. */
    @Test
    void shouldServeADeviceAfterThePageWasWritten() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            begin(stage, at, Point.SWAP_WRITTEN);
            var launch = stage.launch("gpu0", memory -> {
                memory.getAndAddLong(at, 4);
                return false;
            });
            stage.gates.awaitWithin(Stage.GPU0, "CpuFaults.await");
            end(stage, Point.SWAP_WRITTEN);
            Stage.done(launch);

            assertThat(stage.read(at)).isEqualTo(5);
        }
    }
}

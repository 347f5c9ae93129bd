package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.time.Point;
import moraine.core.impl.merge.Merger;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Race i: a pin reads an entry, refers to the frame, and reads the entry again; the frame is taken from the page
 * before, between and after.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PinRaceTest {
    private static final String PINNER = "pinner";
    private static final String MOVER = "mover";
    private static final String UNMAPPER = "unmapper";

    private final AtomicLong moved = new AtomicLong(-1);
    private final ConcurrentMap<String, Pin> pins = new ConcurrentHashMap<>();

    /** {@return a page with 1 in it, on device node NEAR} */
    private static long onDevice(Stage stage) {
        long at = stage.written(1);
        assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
        return at;
    }

    private void startPin(Stage stage, String pinner, long at) {
        stage.gates.start(pinner, () -> pins.put(pinner, stage.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.WRITE)));
    }

    /** Pins a page on a thread of its own that stops at a point. */
    private void pinUpTo(Stage stage, String pinner, long at, Point where) {
        stage.gates.hold(where, pinner);
        startPin(stage, pinner, at);
        stage.gates.awaitHeld(where, pinner);
    }

    private void startMove(Stage stage, long frame) {
        stage.gates.start(MOVER, () -> moved.set(stage.evict(NEAR, frame)));
    }

    /** Evicts a page on a thread of its own that stops at a point. */
    private void moveUpTo(Stage stage, long frame, Point where) {
        stage.gates.hold(where, MOVER);
        startMove(stage, frame);
        stage.gates.awaitHeld(where, MOVER);
    }

    private static void goOn(Stage stage, String actor, Point where) {
        stage.gates.release(where, actor);
        stage.gates.awaitEnd(actor);
    }

    private Pin pin(String pinner) {
        return Objects.requireNonNull(pins.get(pinner), "no pin of " + pinner);
    }

    private static long word(Pin pin) {
        long[] word = new long[1];
        pin.read(0, MemorySegment.ofArray(word));
        return word[0];
    }

    /** Proves that the only pin is of the page at an address, whose first word is 1, on a node; and lets it go. */
    private void assertPinned(Stage stage, long at, int node) {
        Pin pin = pin(PINNER);
        assertThat(pin.node(0)).isEqualTo(node);
        assertThat(stage.node(at)).isEqualTo(node);
        assertThat(stage.rooms.pins.count(stage.pfn(at))).isEqualTo(1);
        assertThat(stage.rooms.pins.pages()).isEqualTo(1);
        assertThat(word(pin)).isEqualTo(1);
        pin.write(0, MemorySegment.ofArray(new long[] {7}));
        assertThat(stage.read(at)).isEqualTo(7);
        pin.close();
        assertThat(stage.rooms.frames.refs(stage.pfn(at))).isEqualTo(1);
    }

    /** The page was evicted since its entry was read; its frame is free, or a stranger's page. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPinNoFrameThatIsNoLongerThePages(boolean taken) {
        try (Stage stage = Stage.reachable()) {
            long at = onDevice(stage);
            long frame = stage.pfn(at);
            pinUpTo(stage, PINNER, at, Point.FRAME_LOOKED_UP);
            assertThat(stage.evict(NEAR, frame)).isEqualTo(1);
            var stranger = (SpaceImpl) stage.machine.openSpace("stranger");
            long other = taken ? stage.occupy(stranger, frame) : 0;
            goOn(stage, PINNER, Point.FRAME_LOOKED_UP);

            assertPinned(stage, at, RAM);
            assertThat(stage.rooms.frames.refs(frame)).isEqualTo(taken ? 1 : 0);
            assertThat(taken ? Stage.read(stranger, other) : 99).isEqualTo(99);
        }
    }

    /** A pin comes while nothing maps the page: it waits, and is of the frame that the page gets. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"MIGRATE_UNMAPPED", "MIGRATE_COPIED", "MIGRATE_MOVED"})
    void shouldPinAPageAfterTheMigrationThatUnmappedIt(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = onDevice(stage);
            long frame = stage.pfn(at);
            moveUpTo(stage, frame, where);
            startPin(stage, PINNER, at);
            stage.gates.awaitWithin(PINNER, "CpuFaults.await");
            goOn(stage, MOVER, where);
            stage.gates.awaitEnd(PINNER);

            assertThat(moved).hasValue(1);
            assertThat(stage.rooms.frames.refs(frame)).isZero();
            assertPinned(stage, at, RAM);
        }
    }

    /** The page has got its new frame since its entry was read: the old one can be referred to by nobody. */
    @Test
    void shouldNotReferToAFrameThatWasReplaced() {
        try (Stage stage = Stage.reachable()) {
            long at = onDevice(stage);
            long frame = stage.pfn(at);
            pinUpTo(stage, PINNER, at, Point.FRAME_LOOKED_UP);
            moveUpTo(stage, frame, Point.MIGRATE_MOVED);
            stage.gates.release(Point.FRAME_LOOKED_UP, PINNER);
            stage.gates.awaitWithin(PINNER, "CpuFaults.await");
            assertThat(stage.gates.arrivals(Point.PIN_REFERENCED, PINNER)).isZero();
            goOn(stage, MOVER, Point.MIGRATE_MOVED);
            stage.gates.awaitEnd(PINNER);

            assertThat(moved).hasValue(1);
            assertThat(stage.rooms.frames.refs(frame)).isZero();
            assertPinned(stage, at, RAM);
        }
    }

    /** A pin refers to the frame before a migration unmaps the page: the page stays. */
    @Test
    void shouldNotMoveAPageToWhichAPinRefers() {
        try (Stage stage = Stage.reachable()) {
            long at = onDevice(stage);
            long frame = stage.pfn(at);
            pinUpTo(stage, PINNER, at, Point.PIN_REFERENCED);
            assertThat(stage.evict(NEAR, frame)).isZero();
            assertThat(stage.migrate(at, 1, RAM)).isZero();
            goOn(stage, PINNER, Point.PIN_REFERENCED);

            assertThat(stage.pfn(at)).isEqualTo(frame);
            assertPinned(stage, at, NEAR);
        }
    }

    /** A pin read the entry before a migration unmapped the page, and refers to the frame after it: the page stays. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"EVICT_HELD", "MIGRATE_COLLECTED", "MIGRATE_UNMAPPED", "MIGRATE_COPIED"})
    void shouldRestoreAPageToWhichAPinComesToRefer(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = onDevice(stage);
            long frame = stage.pfn(at);
            pinUpTo(stage, PINNER, at, Point.FRAME_LOOKED_UP);
            moveUpTo(stage, frame, where);
            stage.gates.hold(Point.PIN_REFERENCED, PINNER);
            stage.gates.release(Point.FRAME_LOOKED_UP, PINNER);
            stage.gates.awaitHeld(Point.PIN_REFERENCED, PINNER);
            goOn(stage, MOVER, where);
            goOn(stage, PINNER, Point.PIN_REFERENCED);

            assertThat(moved).hasValue(0);
            assertThat(stage.pfn(at)).isEqualTo(frame);
            assertPinned(stage, at, NEAR);
        }
    }

    /** The pin is there when a mover that has looked the frame up goes on: it is refused, and not even unmaps. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseAMoveOfAPageThatWasPinnedAfterTheLook(boolean byAddress) {
        try (Stage stage = Stage.reachable()) {
            long at = onDevice(stage);
            long frame = stage.pfn(at);
            long refused = stage.machine.counter("migrate.pinned.pages");
            stage.gates.hold(Point.FRAME_LOOKED_UP, MOVER);
            stage.gates.start(MOVER, () -> moved.set(byAddress ? stage.migrate(at, 1, RAM) : stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(Point.FRAME_LOOKED_UP, MOVER);
            startPin(stage, PINNER, at);
            stage.gates.awaitEnd(PINNER);
            goOn(stage, MOVER, Point.FRAME_LOOKED_UP);

            assertThat(moved).hasValue(0);
            assertThat(stage.machine.counter("migrate.pinned.pages")).isEqualTo(refused + 1);
            assertThat(stage.gates.arrivals(Point.MIGRATE_UNMAPPED, MOVER)).isZero();
            assertThat(stage.pfn(at)).isEqualTo(frame);
            assertPinned(stage, at, NEAR);
            assertThat(stage.evict(NEAR, frame)).isEqualTo(1);
        }
    }

    /** A page is unmapped when a pin of it is under way: after the pin, which keeps the frame until it ends. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"FRAME_LOOKED_UP", "PIN_REFERENCED"})
    void shouldKeepTheFrameOfAPageThatIsUnmappedUnderItsPin(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = onDevice(stage);
            long frame = stage.pfn(at);
            long free = stage.rooms.allocator.freePages(NEAR);
            pinUpTo(stage, PINNER, at, where);
            stage.gates.start(UNMAPPER, () -> stage.space.munmap(at, Pages.SIZE));
            stage.gates.awaitWithin(UNMAPPER, "SpaceImpl.lockExclusive");
            assertThat(stage.pfn(at)).isEqualTo(frame);
            goOn(stage, PINNER, where);
            stage.gates.awaitEnd(UNMAPPER);

            assertThat(stage.entry(at)).isEqualTo(Pte.NONE);
            assertThat(stage.rooms.frames.refs(frame)).isEqualTo(1);
            assertThat(word(pin(PINNER))).isEqualTo(1);
            assertThat(stage.rooms.allocator.freePages(NEAR)).isEqualTo(free);
            pin(PINNER).close();
            assertThat(stage.rooms.frames.refs(frame)).isZero();
            assertThat(stage.rooms.allocator.freePages(NEAR)).isEqualTo(free + 1);
        }
    }

    /**
     * Two pages are merged since pins of both read their entries. One of them stays where it is, so its entry names the
     * same frame; but it is no longer the mapping's own, and a pin of it is of a copy.
     */
    @Test
    void shouldPinCopiesOfPagesThatWereMergedAfterTheLook() {
        try (Stage stage = Stage.reachable();
                Merger merger = new Merger(stage.rooms, stage.spaces())) {
            long at = stage.untouched(2);
            stage.write(at, 1);
            stage.write(page(at, 1), 1);
            stage.space.advise(at, 2L * Pages.SIZE, Advice.MERGEABLE);
            merger.round();
            for (int page = 0; page < 2; page++) {
                pinUpTo(stage, PINNER + page, page(at, page), Point.FRAME_LOOKED_UP);
            }
            assertThat(merger.round()).isEqualTo(1);
            assertThat(stage.pfn(at)).isEqualTo(stage.pfn(page(at, 1)));
            for (int page = 0; page < 2; page++) {
                goOn(stage, PINNER + page, Point.FRAME_LOOKED_UP);
            }

            assertThat(stage.pfn(at)).isNotEqualTo(stage.pfn(page(at, 1)));
            for (int page = 0; page < 2; page++) {
                assertThat(Pte.writable(stage.entry(page(at, page)))).isTrue();
                assertThat(stage.rooms.pins.count(stage.pfn(page(at, page)))).isEqualTo(1);
                stage.write(page(at, page), 2 + page);
                assertThat(word(pin(PINNER + page))).isEqualTo(2 + page);
                pin(PINNER + page).close();
            }
        }
    }
}

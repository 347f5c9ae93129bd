package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.GPU0;
import static moraine.core.impl.races.Stage.GPU1;
import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.OTHER;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.done;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Races for one page between migrations, faults of CPUs and devices, and eviction: d, e, f, g. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MigrationRaceTest {
    private static final int THREADS = 8;

    private final AtomicLong moved = new AtomicLong(-1);

    private static long word(long at, int index) {
        return at + (long) index * Long.BYTES;
    }

    private static Launch writer(Stage stage, String device, long address, long value) {
        return stage.launch(device, memory -> {
            memory.putLong(address, value);
            return false;
        });
    }

    /** Race d: a CPU makes the page while a migration is about to install its own for the hole. */
    @ParameterizedTest
    @EnumSource(Hole.class)
    void shouldKeepThePageThatACpuMadeBeforeTheHoleIsFilled(Hole hole) {
        try (Stage stage = Stage.hidden()) {
            long at = hole.make(stage);
            stage.gates.hold(Point.HOLE_READY, GPU0);
            Launch launch = writer(stage, "gpu0", word(at, 0), 5);
            stage.gates.awaitHeld(Point.HOLE_READY, GPU0);
            stage.cpu("cpu", cpu -> cpu.putLong(word(at, 1), 7));
            stage.gates.until("the CPU's page is there", () -> Pte.kind(stage.entry(at)) == Pte.PRESENT);
            stage.gates.release(Point.HOLE_READY, GPU0);

            stage.gates.awaitEnd("cpu");
            done(launch);
            assertThat(stage.read(word(at, 0))).isEqualTo(5);
            assertThat(stage.read(word(at, 1))).isEqualTo(7);
            assertThat(stage.machine.counter("migrate.made.on.device.pages")).isZero();
            assertThat(stage.machine.counter("tables.cas.lost")).isPositive();
        }
    }

    /** Race d: a migration fills the hole while a CPU is about to install the page of its first touch. */
    @ParameterizedTest
    @EnumSource(Hole.class)
    void shouldKeepThePageThatFilledTheHoleBeforeTheCpu(Hole hole) {
        try (Stage stage = Stage.hidden()) {
            long at = hole.make(stage);
            stage.gates.hold(Point.FAULT_PAGE_READY, "cpu");
            stage.cpu("cpu", cpu -> cpu.putLong(word(at, 1), 7));
            stage.gates.awaitHeld(Point.FAULT_PAGE_READY, "cpu");
            done(writer(stage, "gpu0", word(at, 0), 5));
            assertThat(stage.node(at)).isEqualTo(NEAR);
            stage.gates.release(Point.FAULT_PAGE_READY, "cpu");

            stage.gates.awaitEnd("cpu");
            assertThat(stage.read(word(at, 0))).isEqualTo(5);
            assertThat(stage.read(word(at, 1))).isEqualTo(7);
            assertThat(stage.machine.counter("migrate.made.on.device.pages")).isEqualTo(1);
        }
    }

    /** What is there before a page is made. */
    enum Hole {
        NOTHING,
        ZERO_PAGE;

        long make(Stage stage) {
            long at = stage.untouched(1);
            if (this == ZERO_PAGE) {
                assertThat(stage.read(at)).isZero();
            }
            return at;
        }
    }

    /** Race e: a second migrator finds the page held and leaves it to the first, without waiting. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"MIGRATE_COLLECTED", "MIGRATE_UNMAPPED", "MIGRATE_COPIED", "MIGRATE_MOVED"})
    void shouldLeaveThePageToTheFirstOfTwoMigrators(Point where) {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(2);
            long frame = stage.pfn(at);
            stage.gates.hold(where, "first");
            stage.gates.start("first", () -> moved.set(stage.migrate(at, 1, NEAR)));
            stage.gates.awaitHeld(where, "first");

            assertThat(stage.migrate(at, 2, OTHER)).isEqualTo(1);
            assertThat(stage.evict(RAM, frame)).isZero();
            stage.gates.release(where, "first");
            stage.gates.awaitEnd("first");

            assertThat(moved).hasValue(1);
            assertThat(stage.node(at)).isEqualTo(NEAR);
            assertThat(stage.node(page(at, 1))).isEqualTo(OTHER);
            assertThat(stage.read(at)).isEqualTo(1);
            assertThat(stage.read(page(at, 1))).isEqualTo(2);
        }
    }

    /** Race e: a migrator read which frame to take; another moves the page, and the frame becomes somebody else's. */
    @Test
    void shouldNotTakeAFrameThatBecameAnotherPage() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            long frame = stage.pfn(at);
            stage.gates.hold(Point.FRAME_LOOKED_UP, "late");
            stage.gates.start("late", () -> moved.set(stage.migrate(at, 1, RAM)));
            stage.gates.awaitHeld(Point.FRAME_LOOKED_UP, "late");
            assertThat(stage.migrate(at, 1, RAM)).isEqualTo(1);
            var stranger = (SpaceImpl) stage.machine.openSpace("stranger");
            long other = stage.occupy(stranger, frame);
            stage.gates.release(Point.FRAME_LOOKED_UP, "late");
            stage.gates.awaitEnd("late");

            assertThat(moved).hasValue(0);
            assertThat(Pte.pfn(stranger.table().get(other))).isEqualTo(frame);
            assertThat(Stage.read(stranger, other)).isEqualTo(99);
            assertThat(stage.node(at)).isEqualTo(RAM);
            assertThat(stage.read(at)).isEqualTo(1);
        }
    }

    /** Race f: many CPUs touch one page of a device; who comes while it is held does not spoil it for the holder. */
    @Test
    void shouldBringAPageHomeOnceForManyCpus() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(1);
            stage.toDevice("gpu0", at, 1);
            stage.gates.hold(Point.MIGRATE_COLLECTED, "cpu0");
            for (int i = 0; i < THREADS; i++) {
                String name = "cpu" + i;
                stage.gates.hold(Point.BRING_BACK, name);
                stage.cpu(name, cpu -> cpu.getAndAddLong(at, 1));
                stage.gates.awaitHeld(Point.BRING_BACK, name);
            }
            stage.gates.pass(Point.BRING_BACK, "cpu0");
            stage.gates.awaitHeld(Point.MIGRATE_COLLECTED, "cpu0");
            for (int i = 1; i < THREADS; i++) {
                stage.gates.release(Point.BRING_BACK, "cpu" + i);
            }
            for (int i = 1; i < THREADS; i++) {
                stage.awaitArrivals(3, Point.BRING_BACK, "cpu" + i);
            }
            stage.gates.release(Point.MIGRATE_COLLECTED, "cpu0");

            for (int i = 0; i < THREADS; i++) {
                stage.gates.awaitEnd("cpu" + i);
            }
            assertThat(stage.read(at)).isEqualTo(1 + THREADS);
            assertThat(stage.node(at)).isEqualTo(RAM);
            assertThat(stage.gates.arrivals(Point.MIGRATE_COLLECTED, "cpu0")).isEqualTo(1);
            assertThat(stage.machine.counter("migrate.to.host.pages")).isEqualTo(1);
        }
    }

    /** Race g: a page is being evicted when a CPU and another device touch it. */
    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"EVICT_HELD", "MIGRATE_COLLECTED", "MIGRATE_UNMAPPED", "MIGRATE_COPIED", "MIGRATE_MOVED"})
    void shouldServeACpuAndADeviceThatTouchAPageUnderEviction(Point where) {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(1);
            stage.toDevice("gpu0", at, 1);
            long frame = stage.pfn(at);
            stage.gates.hold(where, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(where, "evictor");
            stage.cpu("cpu", cpu -> cpu.putLong(word(at, 1), 7));
            stage.awaitArrivals(1, Point.FAULT_LOOKED_UP, "cpu");
            Launch launch = writer(stage, "gpu1", word(at, 2), 8);
            stage.gates.awaitWithin(GPU1, "RangeFault.populate");
            assertThat(stage.rooms.frames.locked(frame) || where == Point.MIGRATE_MOVED)
                    .isTrue();
            stage.gates.release(where, "evictor");

            stage.gates.awaitEnd("evictor");
            stage.gates.awaitEnd("cpu");
            done(launch);
            assertThat(moved).hasValue(1);
            assertThat(stage.read(word(at, 0))).isEqualTo(1);
            assertThat(stage.read(word(at, 1))).isEqualTo(7);
            assertThat(stage.read(word(at, 2))).isEqualTo(8);
        }
    }

    /** Race g: a CPU brings the page home, and another page comes, between an eviction's look and its hold. */
    @Test
    void shouldEvictNobodyElsesPageForOneThatWentHome() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.written(1);
            stage.toDevice("gpu0", at, 1);
            long frame = stage.pfn(at);
            stage.gates.hold(Point.FRAME_LOOKED_UP, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(Point.FRAME_LOOKED_UP, "evictor");
            assertThat(stage.read(at)).isEqualTo(1);
            assertThat(stage.rooms.frames.refs(frame)).isZero();
            stage.gates.release(Point.FRAME_LOOKED_UP, "evictor");

            stage.gates.awaitEnd("evictor");
            assertThat(moved).hasValue(0);
            assertThat(stage.rooms.frames.refs(frame)).isZero();
            assertThat(stage.space.pages(at, Pages.SIZE, 1)).singleElement().returns(RAM, info -> info.node());
        }
    }
}

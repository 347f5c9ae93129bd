package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.GPU0;
import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.done;
import static moraine.core.impl.races.Stage.outcome;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Stream;
import moraine.core.api.model.Errno;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races with ends that come under load, and with those that never end by themselves: j, q, r. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EndRaceTest {
    private static final int PAGES = 16;
    private static final int ROUNDS = 50;
    /** Looks at a page that stays held: more than 16 tries make that do not wait. */
    private static final int LOOKS = 300;

    private final AtomicLong seen = new AtomicLong(-1);

    private static Launch adder(Stage stage, long address) {
        return stage.launch("gpu0", memory -> {
            memory.getAndAddLong(address, 1);
            return false;
        });
    }

    private static void remove(Stage stage) {
        stage.providers.drivers().remove(stage.drivers);
    }

    /** Race j: a device goes while a CPU brings a page home, another is being evicted, and a fault is being served. */
    @Test
    void shouldBringAllPagesHomeWhenADeviceGoesUnderLoad() {
        try (Stage stage = Stage.hiddenAlone()) {
            long at = stage.written(PAGES);
            stage.toDevice("gpu0", at, PAGES - 1);
            stage.gates.hold(Point.BRING_BACK, "toucher");
            stage.cpu("toucher", cpu -> cpu.putLong(at + Long.BYTES, 7));
            stage.gates.awaitHeld(Point.BRING_BACK, "toucher");
            stage.gates.hold(Point.EVICT_HELD, "evictor");
            stage.gates.start("evictor", () -> seen.set(stage.evict(NEAR, stage.pfn(page(at, 1)))));
            stage.gates.awaitHeld(Point.EVICT_HELD, "evictor");
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Launch launch = adder(stage, page(at, PAGES - 1));
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);

            stage.gates.hold(Point.REMOVAL_MARKED, "remover");
            stage.gates.start("remover", () -> remove(stage));
            stage.gates.awaitWithin("remover", "DriverInstance.end");
            stage.gates.release(Point.RANGE_READ, GPU0);
            stage.gates.awaitHeld(Point.REMOVAL_MARKED, "remover");
            assertThat(outcome(launch)).isEqualTo(Errno.ENODEV);
            assertThat(outcome(() -> stage.machine.device("gpu0"))).isEqualTo(Errno.ENODEV);
            assertThat(outcome(() -> stage.migrate(at, 1, NEAR))).isEqualTo(Errno.ENODEV);
            assertThat(stage.node(page(at, 2))).isEqualTo(NEAR);
            stage.gates.release(Point.REMOVAL_MARKED, "remover");
            stage.gates.awaitEnd("remover");
            stage.awaitArrivals(LOOKS, Point.FRAME_LOOKED_UP, "moraine-host");
            stage.gates.release(Point.EVICT_HELD, "evictor");
            stage.gates.release(Point.BRING_BACK, "toucher");

            assertGone(stage);
            stage.gates.awaitEnd("toucher");
            assertThat(seen).hasValue(1);
            assertThat(stage.read(at + Long.BYTES)).isEqualTo(7);
            for (int i = 0; i < PAGES; i++) {
                assertThat(stage.node(page(at, i))).isEqualTo(RAM);
                assertThat(stage.read(page(at, i))).isEqualTo(i + 1);
            }
        }
    }

    /** Race j: pages arrive on a device that has gone meanwhile, and come home too. */
    @Test
    void shouldBringHomeWhatArrivesAfterADeviceHasGone() {
        try (Stage stage = Stage.reachableAlone()) {
            long at = stage.written(PAGES);
            stage.gates.hold(Point.MIGRATE_MOVED, "migrator");
            stage.gates.start("migrator", () -> seen.set(stage.migrate(at, PAGES, NEAR)));
            stage.gates.awaitHeld(Point.MIGRATE_MOVED, "migrator");
            remove(stage);
            stage.gates.release(Point.MIGRATE_MOVED, "migrator");
            stage.gates.awaitEnd("migrator");

            assertGone(stage);
            assertThat(seen).hasValue(PAGES);
            for (int i = 0; i < PAGES; i++) {
                assertThat(stage.node(page(at, i))).isEqualTo(RAM);
                assertThat(stage.read(page(at, i))).isEqualTo(i + 1);
            }
        }
    }

    /** Race j: a migration asks for a page of a device that has gone, when all others have come home already. */
    @Test
    void shouldKeepTheMemoryOfADeviceThatHasGoneWhileSomebodyAsksForIt() {
        try (Stage stage = Stage.reachableAlone()) {
            long at = stage.written(1);
            stage.gates.hold(Point.FRAME_LOOKED_UP, "migrator");
            stage.gates.start("migrator", () -> seen.set(stage.migrate(at, 1, NEAR)));
            stage.gates.awaitHeld(Point.FRAME_LOOKED_UP, "migrator");
            stage.gates.start("remover", () -> remove(stage));
            stage.gates.awaitWithin("remover", "World.whileStopped");
            stage.gates.release(Point.FRAME_LOOKED_UP, "migrator");
            stage.gates.awaitEnd("migrator");
            stage.gates.awaitEnd("remover");

            assertGone(stage);
            assertThat(stage.node(at)).isEqualTo(RAM);
            assertThat(stage.read(at)).isEqualTo(1);
        }
    }

    /** Race j: a page that somebody holds all the time is given up, and named; it comes home when it is let go. */
    @Test
    void shouldNameAPageThatAnEvictionHolds() {
        try (Stage stage = Stage.impatient()) {
            long at = stage.written(PAGES);
            assertThat(stage.migrate(at, PAGES, NEAR)).isEqualTo(PAGES);
            long held = page(at, 3);
            stage.gates.hold(Point.EVICT_HELD, "evictor");
            stage.gates.start("evictor", () -> seen.set(stage.evict(NEAR, stage.pfn(held))));
            stage.gates.awaitHeld(Point.EVICT_HELD, "evictor");

            assertLost(stage, held, "held by another operation");
            stage.gates.release(Point.EVICT_HELD, "evictor");
            stage.gates.awaitEnd("evictor");

            assertThat(seen).hasValue(1);
            assertBack(stage, at);
        }
    }

    /** Race j: as before, where a write that copies the page refers to it. */
    @Test
    void shouldNameAPageThatAWriteRefersTo() {
        try (Stage stage = Stage.impatient()) {
            long at = stage.written(PAGES);
            assertThat(stage.migrate(at, PAGES, NEAR)).isEqualTo(PAGES);
            stage.space.fork("child");
            long used = page(at, 5);
            stage.gates.hold(Point.COPY_READY, "writer");
            stage.cpu("writer", cpu -> cpu.putLong(used + Long.BYTES, 7));
            stage.gates.awaitHeld(Point.COPY_READY, "writer");

            assertLost(stage, used, "in use by others");
            stage.gates.release(Point.COPY_READY, "writer");
            stage.gates.awaitEnd("writer");

            assertThat(stage.read(used + Long.BYTES)).isEqualTo(7);
            assertBack(stage, at);
        }
    }

    /** Withdraws the driver, and proves that one page is given up and the others come home. */
    private static void assertLost(Stage stage, long address, String reason) {
        var expected = new LostPage(
                "gpu0", NEAR, stage.pfn(address), stage.space.id(), address, Machine.DEFAULT_TENANT, reason);
        remove(stage);
        stage.gates.until(
                "the page is given up", () -> !stage.machine.lostPages().isEmpty());
        assertThat(stage.machine.lostPages()).containsExactly(expected);
        assertThat(stage.machine.counter("device.gpu0.stranded")).isEqualTo(1);
    }

    /** Installs the driver again, and proves that everything is home and the device there. */
    private static void assertBack(Stage stage, long at) {
        stage.providers.drivers().add(TestDriverProvider.NAME, stage.drivers, "test.driver 2.0", 0);
        stage.gates.until("the device is back", () -> stage.machine.devices().size() == 1);
        assertThat(stage.machine.lostPages()).isEmpty();
        for (int i = 0; i < PAGES; i++) {
            assertThat(stage.node(page(at, i))).isEqualTo(RAM);
            assertThat(stage.read(page(at, i))).isEqualTo(i + 1);
        }
    }

    private static void assertGone(Stage stage) {
        stage.gates.until("the device's node is removed", () -> stage.rooms.allocator.capacity(NEAR) == 0);
        assertThat(stage.machine.counters())
                .filteredOn(counter -> counter.name().equals("device.gpu0.stranded"))
                .allMatch(counter -> counter.value() == 0);
    }

    /** Race q: a space is closed while one kernel of it is faulting and another is queued. */
    @Test
    void shouldFailWorkThatIsQueuedWhenItsSpaceIsClosed() {
        try (Stage stage = Stage.reachable()) {
            var space = (SpaceImpl) stage.machine.openSpace("closing");
            long at = space.mmap(MapRequest.anonymous(Pages.SIZE));
            Stage.write(space, at, 1);
            Stream stream = stage.machine.device("gpu0").stream(space);
            stage.gates.hold(Point.RANGE_READ, GPU0);
            Launch faulting = stream.launch(Stage.kernel(memory -> {
                seen.set(memory.getLong(at));
                return false;
            }));
            Launch queued = stream.launch(Stage.kernel(memory -> {
                seen.set(memory.getLong(at) + 1);
                return false;
            }));
            stage.gates.awaitHeld(Point.RANGE_READ, GPU0);
            stage.gates.start("closer", space::close);
            stage.gates.awaitWithin("closer", "DeviceHost.spaceClosed");
            stage.gates.release(Point.RANGE_READ, GPU0);
            stage.gates.awaitEnd("closer");

            assertThat(outcome(faulting)).isEqualTo(Errno.EBADF);
            assertThat(outcome(queued)).isEqualTo(Errno.EBADF);
            assertThat(seen).hasValue(-1);
            assertThat(outcome(() -> stage.machine.device("gpu0").stream(space)))
                    .isEqualTo(Errno.EBADF);
            long mine = stage.written(1);
            done(adder(stage, mine));
            assertThat(stage.read(mine)).isEqualTo(2);
        }
    }

    /**
     * Race r: a CPU takes the page home each time that the device has moved it and is about to map it. Another page
     * each round, for one that is fought over is pinned in the end.
     */
    @Test
    void shouldLetBothProgressWhenACpuKeepsTakingThePageHome() {
        try (Stage stage = Stage.hidden()) {
            for (int round = 0; round < ROUNDS; round++) {
                long at = stage.written(1);
                int before = stage.gates.arrivals(Point.RANGE_READ, GPU0);
                stage.gates.hold(Point.RANGE_READ, GPU0);
                Launch launch = adder(stage, at);
                stage.gates.awaitHeld(Point.RANGE_READ, GPU0);
                assertThat(stage.node(at)).isEqualTo(NEAR);
                stage.write(at + Long.BYTES, round);
                assertThat(stage.node(at)).isEqualTo(RAM);
                stage.gates.release(Point.RANGE_READ, GPU0);
                done(launch);
                assertThat(stage.gates.arrivals(Point.RANGE_READ, GPU0) - before)
                        .isEqualTo(2);
                assertThat(stage.read(at + Long.BYTES)).isEqualTo(round);
                stage.space.notifiers().start(Notifiers.Event.CLEAR, at, at + Pages.SIZE);
                stage.space.notifiers().end();
                assertThat(stage.read(at)).isEqualTo(2);
            }
            assertThat(stage.machine.counter("device.retries")).isEqualTo(ROUNDS);
        }
    }
}

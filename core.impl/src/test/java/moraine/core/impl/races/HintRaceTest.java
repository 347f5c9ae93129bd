package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.numa.HintPlanter;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races between who plants a hint in a page's entries and who changes, moves or uses the page. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HintRaceTest {
    private final AtomicBoolean planted = new AtomicBoolean();
    private final AtomicLong moved = new AtomicLong(-1);

    /** Plants hints in a folio, as a daemon does. @return whether it was held, and an entry got one */
    private static boolean plant(Stage stage, long pfn) {
        Agent agent = stage.rooms.begin();
        try {
            if (!stage.rooms.frames.hold(pfn)) {
                return false;
            }
            var planter = new HintPlanter(stage.rooms, agent);
            boolean any = planter.plant(pfn, stage.rooms.nowNs());
            agent.letGo(pfn);
            planter.announce();
            return any;
        } finally {
            stage.rooms.done(agent);
        }
    }

    /** Holds a planter that has the page, and no entry of it looked at. */
    private void begin(Stage stage, long at) {
        long pfn = stage.pfn(at);
        stage.gates.hold(Point.HINT_HELD, "planter");
        stage.gates.start("planter", () -> planted.set(plant(stage, pfn)));
        stage.gates.awaitHeld(Point.HINT_HELD, "planter");
    }

    private static void end(Stage stage) {
        stage.gates.release(Point.HINT_HELD, "planter");
        stage.gates.awaitEnd("planter");
    }

    @Test
    void shouldPlantNothingInAPageThatIsUnmapped() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(2);
            begin(stage, at);
            stage.space.munmap(at, Pages.SIZE);
            end(stage);

            assertThat(planted).isFalse();
            assertThat(stage.entry(at)).isEqualTo(Pte.NONE);
            assertThat(stage.read(page(at, 1))).isEqualTo(2);
        }
    }

    @Test
    void shouldPlantNothingWhereEverythingIsForbidden() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            begin(stage, at);
            stage.space.mprotect(at, Pages.SIZE, Protection.NONE);
            end(stage);

            assertThat(planted).isFalse();
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.HINT);
            assertThat(Stage.outcome(() -> stage.read(at))).isEqualTo(Errno.EFAULT);
        }
    }

    @Test
    void shouldNotMoveAPageThatIsBeingHinted() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            begin(stage, at);
            assertThat(stage.evict(NEAR, stage.pfn(at))).isZero();
            end(stage);

            assertThat(planted).isTrue();
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.NUMA_HINT);
            assertThat(stage.evict(NEAR, stage.pfn(at))).isEqualTo(1);
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.PRESENT);
        }
    }

    @Test
    void shouldPassOverAPageThatIsMoving() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            stage.migrate(at, 1, NEAR);
            long frame = stage.pfn(at);
            stage.gates.hold(Point.MIGRATE_UNMAPPED, "evictor");
            stage.gates.start("evictor", () -> moved.set(stage.evict(NEAR, frame)));
            stage.gates.awaitHeld(Point.MIGRATE_UNMAPPED, "evictor");

            assertThat(plant(stage, frame)).isFalse();

            stage.gates.release(Point.MIGRATE_UNMAPPED, "evictor");
            stage.gates.awaitEnd("evictor");
            assertThat(moved).hasValue(1);
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.PRESENT);
        }
    }

    @Test
    void shouldLetATouchFinishThatReadTheEntryBefore() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            SpaceImpl child = (SpaceImpl) stage.space.fork("child");
            stage.gates.hold(Point.FAULT_LOOKED_UP, "writer");
            stage.cpu("writer", cpu -> cpu.putLong(at, 5));
            stage.gates.awaitHeld(Point.FAULT_LOOKED_UP, "writer");

            assertThat(plant(stage, stage.pfn(at))).isTrue();

            stage.gates.release(Point.FAULT_LOOKED_UP, "writer");
            stage.gates.awaitEnd("writer");
            assertThat(stage.read(at)).isEqualTo(5);
            assertThat(Stage.read(child, at)).isEqualTo(1);
        }
    }

    @Test
    void shouldTellATouchOnceForAllWhoMeetTheHint() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.written(1);
            assertThat(plant(stage, stage.pfn(at))).isTrue();
            stage.cpu("one", cpu -> cpu.putLong(at, 2));
            stage.cpu("other", cpu -> cpu.putLong(at + 8, 3));
            stage.gates.awaitEnd("one");
            stage.gates.awaitEnd("other");

            AtomicReference<@Nullable Long> told = new AtomicReference<>();
            assertThat(stage.rooms.hintFaults.take((pfn, _, _, _, _) -> told.set(pfn)))
                    .isTrue();
            assertThat(Objects.requireNonNull(told.get())).isEqualTo(stage.pfn(at));
            assertThat(stage.rooms.hintFaults.take((_, _, _, _, _) -> told.set(null)))
                    .isFalse();
            assertThat(stage.read(at)).isEqualTo(2);
            assertThat(stage.read(at + 8)).isEqualTo(3);
        }
    }
}

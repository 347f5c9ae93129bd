package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.outcome;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A mapping goes, or is divided, while the first touch of an empty region is about to install: who changes the mapping
 * waits, and meets what the touch installed.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UnmapRaceTest {
    private static final long BYTES = 2 * Pages.LARGE_SIZE;
    private static final long HALF = Pages.LARGE_SIZE / 2;
    /** In the second half of the first region. */
    private static final int TOUCHED = 300;

    private static final String TOUCHER = "toucher";
    private static final String CHANGER = "changer";

    private final AtomicReference<Errno> touched = new AtomicReference<>();
    private Stage stage;
    private long at;

    @BeforeEach
    void open() {
        stage = Stage.reachableLarge();
        at = stage.space.mmap(MapRequest.anonymous(BYTES).aligned(Pages.LARGE_SIZE));
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private long touchedAddress() {
        return page(at, TOUCHED);
    }

    private void change(Runnable change) {
        stage.gates.hold(Point.FAULT_INSTALLING, TOUCHER);
        stage.cpu(TOUCHER, cpu -> touched.set(outcome(() -> cpu.putLong(touchedAddress(), 7))));
        stage.gates.awaitHeld(Point.FAULT_INSTALLING, TOUCHER);
        stage.gates.start(CHANGER, change);
        stage.gates.awaitWithin(CHANGER, "MiddleTable.awaitUnlocked");
        stage.gates.release(Point.FAULT_INSTALLING, TOUCHER);
        stage.gates.awaitEnd(CHANGER);
        stage.gates.awaitEnd(TOUCHER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLeaveNoPageWhereAMappingWas(boolean large) {
        stage.space.advise(at, BYTES, large ? Advice.HUGEPAGE : Advice.NOHUGEPAGE);
        change(() -> stage.space.munmap(at, BYTES));
        assertThat(touched).hasValueSatisfying(errno -> assertThat(errno).isIn(Errno.OK, Errno.EFAULT));
        assertThat(stage.entry(touchedAddress())).isEqualTo(Pte.NONE);
    }

    /** The half that goes takes nothing of the other along. */
    @Test
    void shouldDivideAFolioThatComesWhileHalfOfItIsUnmapped() {
        change(() -> stage.space.munmap(at, HALF));
        assertKept();
    }

    @Test
    void shouldDivideAFolioThatComesWhileHalfOfItIsProtected() {
        change(() -> stage.space.mprotect(at, HALF, Protection.READ));
        assertKept();
        assertThat(outcome(() -> stage.write(at, 1))).isEqualTo(Errno.EFAULT);
    }

    @Test
    void shouldDivideAFolioThatComesWhileHalfOfItMovesAway() {
        var target = new AtomicLong();
        change(() -> target.set(stage.space.mremap(at, HALF, BYTES, true)));
        assertKept();
        assertThat(stage.read(target.get() + HALF)).isZero();
    }

    private static void dropLazyPages(Stage stage) {
        Agent agent = stage.rooms.begin();
        try {
            stage.rooms.lazyPages.makeRoom(agent, Errno.ENOMEM, -1);
        } finally {
            stage.rooms.done(agent);
        }
    }

    private void holdAtLeaf(Runnable change) {
        stage.gates.hold(Point.LEAF_IN_PART, CHANGER);
        stage.gates.start(CHANGER, change);
        stage.gates.awaitHeld(Point.LEAF_IN_PART, CHANGER);
    }

    /** Half of a folio is dead; the folio is dropped, and another comes that is written to in the other half. */
    @Test
    void shouldDivideAFolioThatComesInThePlaceOfOne() {
        stage.write(at, 1);
        stage.space.advise(at, Pages.LARGE_SIZE, Advice.FREE);
        holdAtLeaf(() -> stage.space.advise(at, HALF, Advice.DEAD));
        dropLazyPages(stage);
        assertThat(stage.entry(at)).isEqualTo(Pte.NONE);
        stage.gates.hold(Point.FAULT_INSTALLING, TOUCHER);
        stage.cpu(TOUCHER, cpu -> touched.set(outcome(() -> cpu.putLong(touchedAddress(), 7))));
        stage.gates.awaitHeld(Point.FAULT_INSTALLING, TOUCHER);

        stage.gates.release(Point.LEAF_IN_PART, CHANGER);
        stage.gates.awaitWithin(CHANGER, "MiddleTable.lock");
        stage.gates.release(Point.FAULT_INSTALLING, TOUCHER);

        stage.gates.awaitEnd(CHANGER);
        stage.gates.awaitEnd(TOUCHER);
        assertKept();
    }

    /** Half of a folio is advised free; the folio moves away first, and another frame is in its entry. */
    @Test
    void shouldFreeHalfOfAFolioThatMoves() {
        stage.space.mbind(at, Pages.LARGE_SIZE, MemoryPolicy.bind(NEAR));
        stage.write(touchedAddress(), 7);
        stage.write(at, 5);
        holdAtLeaf(() -> stage.space.advise(at, HALF, Advice.FREE));
        assertThat(stage.evict(NEAR, stage.pfn(at))).isEqualTo(Pages.PER_LARGE);
        assertThat(Pte.large(stage.entry(at))).isTrue();

        stage.gates.release(Point.LEAF_IN_PART, CHANGER);
        stage.gates.awaitEnd(CHANGER);

        dropLazyPages(stage);
        touched.set(Errno.OK);
        assertKept();
        assertThat(stage.read(at)).isZero();
    }

    private void assertKept() {
        assertThat(touched).hasValue(Errno.OK);
        assertThat(stage.read(touchedAddress())).isEqualTo(7);
        assertThat(Pte.large(stage.entry(touchedAddress()))).isFalse();
    }
}

package moraine.core.impl.races;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races between touches that make room, and with those who touch what they take. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReclaimRaceTest {
    private static final int RAM = 0;
    private static final int QUOTA = 4;

    private final AtomicReference<@Nullable Errno> refused = new AtomicReference<>();

    private static long page(long at, int page) {
        return at + (long) page * Pages.SIZE;
    }

    /** {@return a space of a tenant that may have few pages} */
    private static AddressSpace poor(Stage stage, String name) {
        stage.machine.tenant("poor", NodeSet.ALL, List.of((long) QUOTA));
        return stage.machine.openSpace(name, "poor");
    }

    private static long map(AddressSpace space) {
        return space.mmap(MapRequest.anonymous(2L * QUOTA * Pages.SIZE));
    }

    private Runnable write(AddressSpace space, long at, int from, int to) {
        return () -> {
            try (CpuContext cpu = space.attach(RAM)) {
                for (int page = from; page < to; page++) {
                    cpu.putLong(page(at, page), page + 1);
                }
            } catch (MoraineException e) {
                refused.set(e.errno());
            }
        };
    }

    /** Fills the quota, and holds a touch that makes room for one page more. */
    private void holdMakingRoom(Stage stage, AddressSpace space, long at, Point where) {
        write(space, at, 0, QUOTA).run();
        stage.gates.hold(where, "first");
        stage.gates.start("first", write(space, at, QUOTA, QUOTA + 1));
        stage.gates.awaitHeld(where, "first");
    }

    private static void letGo(Stage stage, Point where, String other) {
        stage.gates.release(where, "first");
        stage.gates.awaitEnd("first");
        stage.gates.awaitEnd(other);
    }

    /** Who finds that another is taking out all that could go waits for it instead of giving up. */
    @Test
    void shouldWaitForPagesThatAnotherTakesOut() {
        try (Stage stage = Stage.reachable()) {
            AddressSpace one = poor(stage, "one");
            AddressSpace other = poor(stage, "other");
            long at = map(one);
            long theirs = map(other);
            holdMakingRoom(stage, one, at, Point.SWAP_UNMAPPED);

            stage.gates.start("second", write(other, theirs, 0, 1));
            stage.gates.awaitWithin("second", "DirectReclaim.await");
            letGo(stage, Point.SWAP_UNMAPPED, "second");

            assertThat(refused).hasValue(null);
            assertThat(one.why(at).state()).isEqualTo(PageState.SWAPPED);
            assertThat(other.why(theirs).state()).isEqualTo(PageState.PRESENT);
        }
    }

    /** A page that is touched while it is taken out comes back after it, and both touches end well. */
    @Test
    void shouldServeATouchOfWhatIsTakenOut() {
        try (Stage stage = Stage.reachable()) {
            AddressSpace one = poor(stage, "one");
            long at = map(one);
            holdMakingRoom(stage, one, at, Point.SWAP_WRITTEN);

            stage.gates.start("toucher", write(one, at, 0, 1));
            stage.gates.awaitWithin("toucher", "CpuFaults.await");
            letGo(stage, Point.SWAP_WRITTEN, "toucher");

            assertThat(refused).hasValue(null);
            write(one, at, 0, 2 * QUOTA).run();
            assertThat(refused).hasValue(null);
        }
    }

    /** A space that is closed while a touch of it makes room: the touch finds it closed, and nothing is left. */
    @Test
    void shouldEndATouchWhoseSpaceIsClosedMeanwhile() {
        try (Stage stage = Stage.reachable()) {
            AddressSpace one = poor(stage, "one");
            long at = map(one);
            holdMakingRoom(stage, one, at, Point.SWAP_WRITTEN);

            stage.gates.start("closer", one::close);
            letGo(stage, Point.SWAP_WRITTEN, "closer");

            assertThat(refused.get()).isIn(null, Errno.EBADF);
            assertThat(stage.machine.counter("swap.free.pages")).isEqualTo(stage.machine.counter("swap.total.pages"));
        }
    }
}

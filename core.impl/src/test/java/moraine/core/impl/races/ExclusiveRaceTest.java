package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.OTHER;
import static moraine.core.impl.races.Stage.actor;
import static moraine.core.impl.races.Stage.done;
import static moraine.core.impl.races.Stage.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Race p: two devices want one page for themselves; and one takes a page that somebody else is taking away. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ExclusiveRaceTest {
    private static final int ROUNDS = 4;

    private static Launch adder(Stage stage, String device, long address) {
        return stage.launch(device, memory -> {
            memory.getAndAddLong(address, 1);
            return false;
        });
    }

    private static int node(String device) {
        return device.equals("gpu0") ? NEAR : OTHER;
    }

    private static boolean atomic(Stage stage, String device, long address) {
        return (stage.table(node(device)).table().get(address) & Pte.ATOMIC) != 0;
    }

    /** The second asks while the first has marked the page and not got it; it gets the page after the first. */
    @ParameterizedTest
    @CsvSource({"gpu0, gpu1", "gpu1, gpu0"})
    void shouldLeaveAPageToTheDeviceThatIsTakingIt(String first, String second) {
        try (Stage stage = Stage.exclusive()) {
            long at = stage.written(2);
            done(adder(stage, second, page(at, 1)));
            long marked = stage.gates.arrivals(Point.EXCLUSIVE_MARKED, actor(second));
            stage.gates.hold(Point.EXCLUSIVE_MARKED, actor(first));
            Launch one = adder(stage, first, at);
            stage.gates.awaitHeld(Point.EXCLUSIVE_MARKED, actor(first));
            long waits = stage.machine.counter("cpu.waits");
            Launch two = adder(stage, second, at);
            stage.gates.until(second + " finds the page held", () -> stage.machine.counter("cpu.waits") > waits);

            assertThat(stage.gates.arrivals(Point.EXCLUSIVE_MARKED, actor(second)))
                    .isEqualTo(marked);
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.EXCLUSIVE);
            assertThat(atomic(stage, first, at) || atomic(stage, second, at)).isFalse();
            stage.gates.release(Point.EXCLUSIVE_MARKED, actor(first));

            done(one);
            done(two);
            assertThat(stage.read(at)).isEqualTo(3);
        }
    }

    /** Each takes the page that the other has, again and again: one has it at a time, and no addition is lost. */
    @ParameterizedTest
    @CsvSource({"gpu0, gpu1", "gpu1, gpu0"})
    void shouldTakeAPageFromTheDeviceThatHasIt(String first, String second) {
        try (Stage stage = Stage.exclusive()) {
            long at = stage.written(1);
            done(adder(stage, second, at));
            for (int round = 0; round < ROUNDS; round++) {
                take(stage, at, first, second);
                take(stage, at, second, first);
            }
            assertThat(stage.read(at)).isEqualTo(2 + 2 * ROUNDS);
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.PRESENT);
        }
    }

    private static void take(Stage stage, long at, String taker, String holder) {
        assertThat(atomic(stage, holder, at)).isTrue();
        stage.gates.hold(Point.EXCLUSIVE_MARKED, actor(taker));
        Launch launch = adder(stage, taker, at);
        stage.gates.awaitHeld(Point.EXCLUSIVE_MARKED, actor(taker));
        assertThat(Pte.kind(stage.entry(at))).isEqualTo(Pte.EXCLUSIVE);
        assertThat(atomic(stage, holder, at)).as(holder + " still has it").isFalse();
        stage.gates.release(Point.EXCLUSIVE_MARKED, actor(taker));
        done(launch);
        assertThat(atomic(stage, taker, at)).isTrue();
    }

    /**
     * A device comes while an invalidation runs, so announcements reach it only afterwards: what it took before would
     * stay its own when somebody takes it away.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTakeNoPageBeforeAnnouncementsReachTheDevice(boolean another) {
        try (Stage stage = Stage.exclusive()) {
            long at = stage.written(2);
            if (another) {
                done(adder(stage, "gpu0", at));
            }
            AddressSpace child = stage.space.fork("child");
            stage.gates.hold(Point.NOTIFIER_STARTED, "writer");
            stage.cpu("writer", cpu -> cpu.putLong(at, 5));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, "writer");
            Launch launch = adder(stage, "gpu1", page(at, 1));
            stage.gates.awaitWithin(actor("gpu1"), "Notifiers.awaitInserted");
            assertThat(atomic(stage, "gpu1", page(at, 1))).isFalse();
            stage.gates.release(Point.NOTIFIER_STARTED, "writer");
            stage.gates.awaitEnd("writer");

            done(launch);
            assertThat(atomic(stage, "gpu1", page(at, 1))).isTrue();
            assertThat(stage.read(page(at, 1))).isEqualTo(3);
            assertThat(atomic(stage, "gpu1", page(at, 1))).isFalse();
            assertThat(Stage.read((SpaceImpl) child, page(at, 1))).isEqualTo(2);
        }
    }

    /** A file is cut, its devices have been told, and private copies beyond its new end are about to go. */
    @Test
    void shouldTakeNoPageOfAFileThatIsBeingCut(@TempDir Path directory) throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[2 * Pages.SIZE]);
        try (Stage stage = Stage.exclusive();
                CachedFile file = stage.machine.openFile(path, true)) {
            long at = stage.space.mmap(MapRequest.anonymous(2 * Pages.SIZE), file, 0);
            done(adder(stage, "gpu0", at));
            stage.write(page(at, 1), 7);
            stage.gates.hold(Point.NOTIFIER_STARTED, "cutter");
            stage.gates.start("cutter", () -> file.truncate(Pages.SIZE));
            stage.gates.awaitHeld(Point.NOTIFIER_STARTED, "cutter");
            Launch launch = adder(stage, "gpu0", page(at, 1));
            stage.gates.awaitWithin(actor("gpu0"), "ExclusiveAccess.exchangeUncut");
            stage.gates.release(Point.NOTIFIER_STARTED, "cutter");
            stage.gates.awaitEnd("cutter");

            assertThat(Stage.outcome(launch)).isEqualTo(Errno.SIGBUS);
            assertThat(stage.entry(page(at, 1))).isEqualTo(Pte.NONE);
            assertThat(atomic(stage, "gpu0", page(at, 1))).isFalse();
        }
    }
}

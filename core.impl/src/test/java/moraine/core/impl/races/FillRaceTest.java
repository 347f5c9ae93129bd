package moraine.core.impl.races;

import static moraine.core.impl.races.Stage.NEAR;
import static moraine.core.impl.races.Stage.RAM;
import static moraine.core.impl.races.Stage.done;
import static moraine.core.impl.races.Stage.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Userfault;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Point;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races of pages that are being made: by a handler (o), and on a device while the policy changes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FillRaceTest {
    private static final long FILLED = 0x4242_4242_4242_4242L;

    private final AtomicLong seen = new AtomicLong(-1);
    private final AtomicReference<Errno> filled = new AtomicReference<>();

    /** Registers a page whose handler fills it; the handler's actor is held with the page ready. */
    private Userfault register(Stage stage, long at) {
        long[] page = new long[Pages.SIZE / Long.BYTES];
        Arrays.fill(page, FILLED);
        stage.gates.hold(Point.FAULT_PAGE_READY, handler(at));
        return stage.space.userfault(
                at,
                Pages.SIZE,
                (range, address, _) -> filled.set(outcome(() -> range.fill(address, MemorySegment.ofArray(page)))));
    }

    private static String handler(long at) {
        return "moraine-userfault-raced-0x" + Long.toHexString(at);
    }

    private static MigrationReport toDevice(Stage stage, long at) {
        return stage.machine.device("gpu1").migrateToDevice(stage.space, at, Pages.SIZE);
    }

    private Launch reader(Stage stage, long at) {
        return stage.launch("gpu0", memory -> {
            seen.set(memory.getLong(at));
            return false;
        });
    }

    /** Race o: a device waits for the handler, and another's migration finds the hole that is being filled. */
    @Test
    void shouldLeaveAHoleToTheHandlerThatIsFillingIt() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.untouched(1);
            Userfault registered = register(stage, at);
            Launch launch = reader(stage, at);
            stage.gates.awaitHeld(Point.FAULT_PAGE_READY, handler(at));

            assertThat(toDevice(stage, at).movedPages()).isZero();
            assertThat(stage.entry(at)).isEqualTo(Pte.NONE);
            stage.gates.release(Point.FAULT_PAGE_READY, handler(at));

            done(launch);
            stage.gates.until("the handler has ended", () -> filled.get() != null);
            assertThat(filled).hasValue(Errno.OK);
            assertThat(seen).hasValue(FILLED);
            assertThat(stage.node(at)).isEqualTo(RAM);
            registered.close();
        }
    }

    /** Race o: the range is given up while its handler fills it, and a migration makes the page on a device. */
    @Test
    void shouldNotFillAHoleThatIsNoLongerItsOwn() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.untouched(1);
            Userfault registered = register(stage, at);
            stage.cpu("toucher", cpu -> seen.set(cpu.getLong(at)));
            stage.gates.awaitHeld(Point.FAULT_PAGE_READY, handler(at));

            registered.close();
            stage.gates.awaitEnd("toucher");
            assertThat(seen).hasValue(0);
            assertThat(toDevice(stage, at).movedPages()).isEqualTo(1);
            stage.gates.release(Point.FAULT_PAGE_READY, handler(at));

            stage.gates.until("the handler has ended", () -> filled.get() != null);
            assertThat(filled).hasValue(Errno.ENOENT);
            assertThat(stage.node(at)).isEqualTo(Stage.OTHER);
            assertThat(stage.read(at)).isZero();
        }
    }

    /** A page is ready when mremap leaves the range in place with an object of its own: it is that object's page. */
    @Test
    void shouldFillAMappingThatWasRenewed() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.untouched(1);
            Userfault registered = register(stage, at);
            stage.cpu("toucher", cpu -> seen.set(cpu.getLong(at)));
            stage.gates.awaitHeld(Point.FAULT_PAGE_READY, handler(at));
            stage.space.mremap(at, Pages.SIZE, Pages.SIZE, /* mayMove= */ true, /* keepOld= */ true);
            stage.gates.release(Point.FAULT_PAGE_READY, handler(at));
            stage.gates.awaitEnd("toucher");

            assertThat(seen).hasValue(FILLED);
            assertThat(stage.migrate(at, 1, NEAR)).isEqualTo(1);
            registered.close();
        }
    }

    /** Pages that handlers zero while mprotect takes all rights are there when it gives them back. */
    @Test
    void shouldKeepAPageThatIsZeroedWhileNothingComesToBeAllowed() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.untouched(2);
            var asked = new AtomicLong();
            Userfault range = stage.space.userfault(at, 2L * Pages.SIZE, (mine, address, _) -> {
                asked.incrementAndGet();
                mine.zero(address);
            });
            range.zero(at + Pages.SIZE);
            stage.gates.hold(Point.FAULT_LOOKED_UP, "changer");
            stage.gates.start("changer", () -> stage.space.mprotect(at, 2L * Pages.SIZE, Protection.NONE));
            stage.gates.awaitHeld(Point.FAULT_LOOKED_UP, "changer");
            stage.gates.start("filler", () -> range.zero(at));
            stage.gates.awaitWithin("filler", "SpaceImpl.lockShared");
            stage.gates.release(Point.FAULT_LOOKED_UP, "changer");
            stage.gates.awaitEnd("changer");
            stage.gates.awaitEnd("filler");

            stage.space.mprotect(at, 2L * Pages.SIZE, Protection.READ_WRITE);
            assertThat(stage.read(at)).isZero();
            assertThat(stage.read(at + Pages.SIZE)).isZero();
            assertThat(asked).hasValue(0);
            range.close();
        }
    }

    /** Race o: the range is registered while a migration has the page for its hole ready; it comes too late. */
    @Test
    void shouldRegisterAfterTheMigrationThatFillsTheHole() {
        try (Stage stage = Stage.hidden()) {
            long at = stage.untouched(1);
            stage.gates.hold(Point.HOLE_READY, "migrator");
            stage.gates.start("migrator", () -> seen.set(toDevice(stage, at).movedPages()));
            stage.gates.awaitHeld(Point.HOLE_READY, "migrator");
            stage.gates.start(
                    "registrar",
                    () -> stage.space
                            .userfault(at, Pages.SIZE, (range, address, _) -> range.zero(address))
                            .close());
            stage.gates.awaitWithin("registrar", "Mappings.register");
            stage.gates.release(Point.HOLE_READY, "migrator");
            stage.gates.awaitEnd("migrator");
            stage.gates.awaitEnd("registrar");

            assertThat(seen).hasValue(1);
            assertThat(stage.node(at)).isEqualTo(Stage.OTHER);
            assertThat(stage.read(at)).isZero();
        }
    }

    /** A new page of a device is about to be mapped as its type says, and the policy that comes wants another type. */
    @Test
    void shouldKeepTheTypeOfAPageThatIsAboutToBeMapped() {
        try (Stage stage = Stage.reachable()) {
            long at = stage.untouched(1);
            stage.space.mbind(at, Pages.SIZE, MemoryPolicy.bind(NEAR));
            stage.gates.hold(Point.FAULT_ENTRY_READY, "toucher");
            stage.cpu("toucher", cpu -> cpu.putLong(at, 7));
            stage.gates.awaitHeld(Point.FAULT_ENTRY_READY, "toucher");

            stage.machine.policies().use("hidden(window=1)", false);
            stage.machine.policies().settle();
            assertThat(stage.machine.counter("policy.converted")).isZero();
            stage.gates.release(Point.FAULT_ENTRY_READY, "toucher");
            stage.gates.awaitEnd("toucher");

            boolean addressable = stage.rooms.types.cpuAddressable(stage.rooms.frames.type(stage.pfn(at)));
            assertThat(Pte.kind(stage.entry(at))).isEqualTo(addressable ? Pte.PRESENT : Pte.DEVICE_PRIVATE);
            assertThat(stage.node(at)).isEqualTo(NEAR);
            assertThat(stage.read(at)).isEqualTo(7);
        }
    }
}

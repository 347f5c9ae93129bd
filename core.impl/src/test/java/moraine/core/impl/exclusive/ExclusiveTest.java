package moraine.core.impl.exclusive;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class ExclusiveTest {
    private static final int PAGES = 16;
    private static final long BYTES = (long) PAGES * Pages.SIZE;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTakeTheCpusAccessUntilItTouches(boolean coherent) {
        try (var pair = new Pair(coherent, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            MigrationReport report = pair.device(0).exclusive(pair.space, at, BYTES);
            assertThat(report).isEqualTo(new MigrationReport(PAGES, PAGES, 0, 0));
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            pair.checked();
            assertThat(pair.device(0).exclusive(pair.space, at, BYTES).alreadyPages())
                    .isEqualTo(PAGES);
            pair.run(0, memory -> memory.getAndAddLong(at, 10));
            assertThat(pair.state(at)).as("the device needs no fault").isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.space.why(at).node()).isZero();
            for (int page = 0; page < PAGES; page++) {
                long wanted = page == 0 ? 11 : page + 1;
                assertThat(pair.cpu.getAndAddLong(at + (long) page * Pages.SIZE, 1))
                        .isEqualTo(wanted);
                assertThat(pair.state(at + (long) page * Pages.SIZE)).isEqualTo(PageState.PRESENT);
            }
            assertThat(pair.space.why(at).dirty()).isTrue();
        }
    }

    @Test
    void shouldCountAsCleanWhileExclusive() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(1);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            assertThat(pair.space.why(at).dirty()).isFalse();
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
            assertThat(pair.space.why(at).dirty()).isTrue();
        }
    }

    @Test
    void shouldFillHolesAndZeroPages() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.space.mmap(MapRequest.anonymous(2L * Pages.SIZE));
            assertThat(pair.cpu.getLong(at)).isZero();
            pair.device(0).exclusive(pair.space, at, 2L * Pages.SIZE);
            pair.run(0, memory -> memory.getAndAddLong(at + Pages.SIZE, 3));
            assertThat(pair.cpu.getLong(at + Pages.SIZE)).isEqualTo(3);
            assertThat(pair.cpu.getLong(at)).isZero();
        }
    }

    @Test
    void shouldBringPrivatePagesHomeFirst() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(2);
            pair.run(1, memory -> memory.putLong(at, 8));
            assertThat(pair.state(at)).isEqualTo(PageState.DEVICE_PRIVATE);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.cpu.getLong(at)).isEqualTo(8);
        }
    }

    @Test
    void shouldRefuseWhatNoDeviceHasExclusively() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            var device = pair.device(0);
            long shared = pair.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());
            Pair.refused(Errno.EOPNOTSUPP, () -> device.exclusive(pair.space, shared, Pages.SIZE));
            long at = pair.written(3);
            pair.space.mprotect(at, Pages.SIZE, Protection.NONE);
            pair.space.mprotect(at + Pages.SIZE, Pages.SIZE, Protection.READ);
            Pair.refused(Errno.EFAULT, () -> device.exclusive(pair.space, at, BYTES));
            Pair.refused(Errno.EPERM, () -> device.exclusive(pair.space, at + Pages.SIZE, Pages.SIZE));
            Pair.refused(Errno.EFAULT, () -> device.exclusive(pair.space, at + 2L * Pages.SIZE, BYTES));
            assertThat(pair.state(at + 2L * Pages.SIZE)).isEqualTo(PageState.EXCLUSIVE);
            Pair.refused(Errno.EINVAL, () -> device.exclusive(pair.space, at + 8, Pages.SIZE));
            Pair.refused(Errno.EINVAL, () -> device.exclusive(pair.space, at, 0));
            AddressSpace closed = pair.under.machine().openSpace("closed");
            closed.close();
            Pair.refused(Errno.EBADF, () -> device.exclusive(closed, at, Pages.SIZE));
        }
    }

    @Test
    void shouldGiveTheRightToTheSecondDeviceThatAsks() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            for (int turn = 0; turn < 10; turn++) {
                pair.device(turn & 1).exclusive(pair.space, at, BYTES);
                pair.checked();
                pair.run(turn & 1, memory -> memory.getAndAddLong(at, 1));
                assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            }
            assertThat(pair.cpu.getLong(at)).isEqualTo(11);
        }
    }

    @Test
    void shouldEndTheRightWhenAnotherDeviceReads() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(1);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            pair.run(1, memory -> assertThat(memory.getLong(at)).isEqualTo(1));
            assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
        }
    }

    @Test
    void shouldRefuseWritesAfterProtection() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            pair.device(0).exclusive(pair.space, at, BYTES);
            pair.space.mprotect(at, BYTES, Protection.READ);
            pair.checked();
            Pair.refused(Errno.EPERM, () -> pair.run(0, memory -> memory.putLong(at, 9)));
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
            pair.run(0, memory -> assertThat(memory.getLong(at + Pages.SIZE)).isEqualTo(2));
            pair.space.mprotect(at, BYTES, Protection.NONE);
            pair.checked();
            Pair.refused(Errno.EFAULT, () -> pair.cpu.getLong(at + 3L * Pages.SIZE));
            pair.space.mprotect(at, BYTES, Protection.READ_WRITE);
            for (int page = 0; page < PAGES; page++) {
                assertThat(pair.cpu.getAndAddLong(at + (long) page * Pages.SIZE, 1))
                        .isEqualTo(page + 1);
            }
        }
    }

    /** A page that is pinned too is copied at once: the child has its own, which no device has alone. */
    @Test
    void shouldBeTheParentsAloneWhereItIsPinned() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(1);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            Pin pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.WRITE);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            try (AddressSpace child = pair.space.fork("child")) {
                assertThat(child.why(at).state()).isEqualTo(PageState.PRESENT);
                pair.checked();
            }
            pin.close();
        }
    }

    @Test
    void shouldCopyOnWriteAfterFork() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            pair.device(0).exclusive(pair.space, at, BYTES);
            try (AddressSpace child = pair.space.fork("child");
                    CpuContext other = child.attach(0)) {
                pair.checked();
                assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
                for (int page = 0; page < PAGES; page++) {
                    long mine = at + (long) page * Pages.SIZE;
                    pair.cpu.getAndAddLong(mine, 1);
                    other.getAndAddLong(mine, 1);
                    assertThat(pair.cpu.getLong(mine)).isEqualTo(page + 2);
                    assertThat(other.getLong(mine)).isEqualTo(page + 2);
                }
                pair.device(0).exclusive(pair.space, at, BYTES);
                pair.device(1).exclusive(child, at, BYTES);
                pair.checked();
            }
        }
    }

    @Test
    void shouldSurviveUnmapMoveMigrationAndEviction() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(PAGES);
            pair.device(0).exclusive(pair.space, at, BYTES);
            pair.space.munmap(at + Pages.SIZE, Pages.SIZE);
            pair.checked();
            long moved = pair.space.mremap(at + 2L * Pages.SIZE, 4L * Pages.SIZE, 8L * Pages.SIZE, true);
            pair.checked();
            assertThat(pair.state(moved)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.cpu.getLong(moved)).isEqualTo(3);
            assertThat(pair.space.migrate(at, Pages.SIZE, 1, Cause.USER).movedPages())
                    .isEqualTo(1);
            assertThat(pair.space.why(at).node()).isEqualTo(1);
            pair.device(1).exclusive(pair.space, at, Pages.SIZE);
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.evict(1, 1)).isEqualTo(1);
            assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
            assertThat(pair.space.why(at).node()).isZero();
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        }
    }

    @Test
    void shouldSplitA2MiBPage() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "(large=true)")) {
            long at = pair.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            pair.cpu.putLong(at, 5);
            pair.cpu.putLong(at + 8L * Pages.SIZE, 6);
            assertThat(pair.space.why(at).order()).isEqualTo(Pages.LARGE_ORDER);
            pair.device(0).exclusive(pair.space, at + 8L * Pages.SIZE, Pages.SIZE);
            assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
            assertThat(pair.state(at + 8L * Pages.SIZE)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.cpu.getLong(at + 8L * Pages.SIZE)).isEqualTo(6);
        }
    }

    @Test
    void shouldSurviveAnExchangeOfPolicy() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(1);
            pair.space.migrate(at, Pages.SIZE, 1, Cause.USER);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            pair.under.machine().policies().use("hidden", false);
            pair.under.machine().policies().settle();
            assertThat(pair.state(at)).isEqualTo(PageState.DEVICE_PRIVATE);
            pair.checked();
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        }
    }
}

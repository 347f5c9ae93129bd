package moraine.core.impl.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class AdviceTest {
    private static final int PAGES = 8;
    private static final long BYTES = (long) PAGES * Pages.SIZE;

    private static long page(long at, int index) {
        return at + (long) index * Pages.SIZE;
    }

    /** Pages on device node 1: coherent, or private. */
    private static long onDevice(Pair pair, boolean coherent) {
        long at = pair.written(PAGES);
        if (coherent) {
            pair.space.migrate(at, BYTES, 1, Cause.USER);
        } else {
            pair.run(0, memory -> memory.putLong(at + 8, 1));
        }
        assertThat(pair.space.why(at).node()).isEqualTo(1);
        return at;
    }

    private static Pair pair(boolean coherent) {
        return new Pair(coherent, coherent ? TestPolicy.Kind.NODE : TestPolicy.Kind.HIDDEN, "(window=8)");
    }

    @Test
    void shouldDropDeadPagesOfRam() {
        try (var pair = pair(true)) {
            long at = pair.written(PAGES);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            long free = pair.under.machine().nodes().getFirst().freePages();
            pair.space.advise(at, 3L * Pages.SIZE, Advice.DEAD);
            assertThat(pair.under.machine().nodes().getFirst().freePages()).isEqualTo(free + 3);
            pair.checked();
            assertThat(pair.state(at)).isEqualTo(PageState.NONE);
            assertThat(pair.cpu.getLong(at)).isZero();
            assertThat(pair.cpu.getLong(page(at, 3))).isEqualTo(4);
            pair.cpu.putLong(at, 6);
            assertThat(pair.cpu.getLong(at)).isEqualTo(6);
        }
    }

    @Test
    void shouldDropDeadPagesOfDevicesWithoutACopy() {
        for (boolean coherent : new boolean[] {false, true}) {
            try (var pair = pair(coherent)) {
                long at = onDevice(pair, coherent);
                long moved = pair.under.machine().counter("migrate.to.host.pages");
                pair.space.advise(at, BYTES, Advice.DEAD);
                pair.checked();
                assertThat(pair.cpu.getLong(at)).isZero();
                pair.run(0, memory -> assertThat(memory.getLong(page(at, 1))).isZero());
                assertThat(pair.under.machine().counter("migrate.to.host.pages"))
                        .isEqualTo(moved);
                assertThat(pair.under.machine().nodes().get(1).freePages())
                        .isGreaterThanOrEqualTo(
                                pair.under.machine().nodes().get(1).pages() - PAGES);
            }
        }
    }

    @Test
    void shouldDropPartsOfA2MiBPageAndAllOfIt() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "(large=true)")) {
            long at =
                    pair.space.mmap(MapRequest.anonymous(2L * Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            for (int index = 0; index < 2 * Pages.PER_LARGE; index++) {
                pair.cpu.putLong(page(at, index), index + 1);
            }
            pair.space.advise(page(at, 9), Pages.LARGE_SIZE - 9L * Pages.SIZE, Advice.DEAD);
            pair.space.advise(at + Pages.LARGE_SIZE, Pages.LARGE_SIZE, Advice.DEAD);
            pair.checked();
            for (int index = 0; index < 2 * Pages.PER_LARGE; index++) {
                assertThat(pair.cpu.getLong(page(at, index))).isEqualTo(index < 9 ? index + 1 : 0);
            }
        }
    }

    @Test
    void shouldRefuseAdviceOnSharedMemoryAndHoles() {
        try (var pair = pair(true)) {
            long shared = pair.space.mmap(MapRequest.anonymous(BYTES).shared());
            Pair.refused(Errno.EOPNOTSUPP, () -> pair.space.advise(shared, BYTES, Advice.DEAD));
            Pair.refused(Errno.EOPNOTSUPP, () -> pair.space.advise(shared, BYTES, Advice.FREE));
            long at = pair.written(PAGES);
            pair.space.munmap(page(at, 4), Pages.SIZE);
            Pair.refused(Errno.ENOMEM, () -> pair.space.advise(at, BYTES, Advice.DEAD));
            Pair.refused(Errno.EINVAL, () -> pair.space.advise(at + 1, BYTES, Advice.FREE));
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        }
    }

    @Test
    void shouldLeaveAPinItsFramesWhenContentDies() {
        try (var pair = pair(true)) {
            long at = pair.written(1);
            try (Pin pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
                pair.space.advise(at, Pages.SIZE, Advice.DEAD);
                pair.checked();
                long[] word = new long[1];
                pin.read(0, MemorySegment.ofArray(word));
                assertThat(word[0]).isEqualTo(1);
                assertThat(pair.cpu.getLong(at)).isZero();
            }
        }
    }

    @Test
    void shouldKeepFreedPagesUntilRoomIsNeeded() {
        try (var pair = pair(true)) {
            long at = pair.written(PAGES);
            assertThat(pair.space.why(at).dirty()).isTrue();
            pair.space.advise(at, BYTES, Advice.FREE);
            pair.checked();
            assertThat(pair.space.why(at).dirty()).isFalse();
            assertThat(pair.space.why(at).writable()).isFalse();
            for (int index = 0; index < PAGES; index++) {
                assertThat(pair.cpu.getLong(page(at, index))).isEqualTo(index + 1);
            }
            pair.cpu.putLong(at, 9);
            assertThat(pair.space.why(at).writable()).isTrue();
            assertThat(pair.space.why(at).mappings()).isEqualTo(1);
        }
    }

    @Test
    void shouldDropFreedPagesOfDevicesInsteadOfCopying() {
        for (boolean coherent : new boolean[] {false, true}) {
            try (var pair = pair(coherent)) {
                long at = onDevice(pair, coherent);
                pair.space.advise(at, BYTES, Advice.FREE);
                pair.checked();
                pair.run(0, memory -> memory.putLong(page(at, 2), 33));
                assertThat(pair.space.why(page(at, 2)).node())
                        .as("a write moves nothing")
                        .isEqualTo(1);
                long moved = pair.under.machine().counter("migrate.to.host.pages");
                assertThat(pair.evict(1, PAGES)).isEqualTo(PAGES);
                assertThat(pair.under.machine().counter("advice.dropped.pages")).isEqualTo(PAGES - 1);
                assertThat(pair.under.machine().counter("migrate.to.host.pages"))
                        .isEqualTo(moved + 1);
                pair.checked();
                for (int index = 0; index < PAGES; index++) {
                    assertThat(pair.cpu.getLong(page(at, index))).isEqualTo(index == 2 ? 33 : 0);
                }
            }
        }
    }

    @Test
    void shouldDropFreed2MiBPages() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "(large=true)")) {
            long at =
                    pair.space.mmap(MapRequest.anonymous(2L * Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
            pair.cpu.putLong(at, 1);
            pair.cpu.putLong(at + Pages.LARGE_SIZE, 2);
            pair.space.migrate(at, 2L * Pages.LARGE_SIZE, 1, Cause.USER);
            assertThat(pair.space.why(at).node()).isEqualTo(1);
            assertThat(pair.space.why(at).order()).isEqualTo(Pages.LARGE_ORDER);
            pair.space.advise(at, Pages.LARGE_SIZE + Pages.SIZE, Advice.FREE);
            pair.checked();
            pair.evict(1, 2 * Pages.PER_LARGE);
            assertThat(pair.under.machine().counter("advice.dropped.pages")).isEqualTo(Pages.PER_LARGE + 1);
            assertThat(pair.cpu.getLong(at)).isZero();
            assertThat(pair.cpu.getLong(at + Pages.LARGE_SIZE)).isZero();
        }
    }

    @Test
    void shouldDropFreedPagesOfRamWhenItIsFull() {
        try (var pair = pair(true)) {
            int first = 4096;
            long at = pair.written(first);
            pair.space.advise(at, (long) first * Pages.SIZE, Advice.FREE);
            pair.cpu.putLong(at, 50);
            int more = (int) (pair.under.machine().nodes().getFirst().pages() - 1024);
            long filler = pair.written(more);
            assertThat(pair.under.machine().counter("advice.dropped.pages")).isPositive();
            pair.checked();
            assertThat(pair.cpu.getLong(at)).isEqualTo(50);
            assertThat(pair.cpu.getLong(page(filler, more - 1))).isEqualTo(more);
            for (int index = 1; index < first; index++) {
                assertThat(pair.cpu.getLong(page(at, index))).isIn(0L, index + 1L);
            }
            pair.space.munmap(filler, (long) more * Pages.SIZE);
        }
    }

    @Test
    void shouldLeavePinnedAndSharedPagesAlone() {
        try (var pair = pair(true)) {
            long at = onDevice(pair, true);
            try (Pin pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
                pair.space.advise(at, BYTES, Advice.FREE);
                assertThat(pair.space.why(at).writable()).isTrue();
                assertThat(pin.node(0)).isEqualTo(1);
            }
            pair.cpu.putLong(page(at, 1), 2);
            try (AddressSpace child = pair.space.fork("child");
                    CpuContext other = child.attach(0)) {
                pair.space.advise(page(at, 1), Pages.SIZE, Advice.FREE);
                pair.evict(1, PAGES);
                pair.checked();
                assertThat(other.getLong(page(at, 1))).isEqualTo(2);
                assertThat(pair.cpu.getLong(page(at, 1))).isEqualTo(2);
                assertThat(pair.cpu.getLong(page(at, 2))).isZero();
                assertThat(other.getLong(page(at, 2))).isZero();
            }
        }
    }

    @Test
    void shouldEndExclusiveAccessAndRespectProtection() {
        try (var pair = pair(true)) {
            long at = pair.written(2);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            pair.space.advise(at, 2L * Pages.SIZE, Advice.FREE);
            pair.checked();
            pair.space.mprotect(at, Pages.SIZE, Protection.NONE);
            pair.space.mprotect(at, Pages.SIZE, Protection.READ);
            Pair.refused(Errno.EFAULT, () -> pair.cpu.putLong(at, 4));
            assertThat(pair.cpu.getLong(at)).isEqualTo(1);
        }
    }
}

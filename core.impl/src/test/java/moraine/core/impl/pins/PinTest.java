package moraine.core.impl.pins;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.Protection;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.machine.Pair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class PinTest {
    private static final int PAGES = 8;
    private static final long BYTES = (long) PAGES * Pages.SIZE;

    private static long word(Pin pin, long offset) {
        long[] word = new long[1];
        pin.read(offset, MemorySegment.ofArray(word));
        return word[0];
    }

    private static void word(Pin pin, long offset, long value) {
        pin.write(offset, MemorySegment.ofArray(new long[] {value}));
    }

    @Test
    void shouldReadAndWriteThePinnedFrames() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            Pin pin = pair.space.pin(at, BYTES, PinKind.SHORT, Intent.WRITE);
            assertThat(pin.pages()).isEqualTo(PAGES);
            assertThat(pin.node(0)).isZero();
            pair.checked();
            assertThat(word(pin, 3L * Pages.SIZE)).isEqualTo(4);
            word(pin, 3L * Pages.SIZE, 40);
            assertThat(pair.cpu.getLong(at + 3L * Pages.SIZE)).isEqualTo(40);
            long[] across = {7, 8};
            pin.write(Pages.SIZE - 8, MemorySegment.ofArray(across));
            assertThat(pair.cpu.getLong(at + Pages.SIZE - 8)).isEqualTo(7);
            assertThat(pair.cpu.getLong(at + Pages.SIZE)).isEqualTo(8);
            Pair.refused(Errno.EINVAL, () -> word(pin, BYTES - 4));
            Pair.refused(Errno.EINVAL, () -> pin.node(PAGES));
            pin.close();
            Pair.refused(Errno.EBADF, () -> word(pin, 0));
        }
    }

    @Test
    void shouldFillHolesAndKeepReadersFromWriting() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.space.mmap(MapRequest.anonymous(BYTES));
            assertThat(pair.cpu.getLong(at)).isZero();
            pair.space.mprotect(at + Pages.SIZE, Pages.SIZE, Protection.READ);
            try (Pin pin = pair.space.pin(at, BYTES, PinKind.LONG, Intent.READ)) {
                Pair.refused(Errno.EPERM, () -> word(pin, 0, 1));
                assertThat(word(pin, Pages.SIZE)).isZero();
                pair.checked();
                pair.cpu.putLong(at, 5);
                assertThat(word(pin, 0)).as("the write hit the pinned frame").isEqualTo(5);
                pair.space.mprotect(at + Pages.SIZE, Pages.SIZE, Protection.READ_WRITE);
                pair.cpu.putLong(at + Pages.SIZE, 6);
                assertThat(word(pin, Pages.SIZE)).isEqualTo(6);
            }
        }
    }

    @Test
    void shouldPinNothingWhenPartOfTheRangeIsBad() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            pair.space.munmap(at + 5L * Pages.SIZE, Pages.SIZE);
            pair.space.mprotect(at + 3L * Pages.SIZE, Pages.SIZE, Protection.READ);
            Pair.refused(Errno.EFAULT, () -> pair.space.pin(at, BYTES, PinKind.SHORT, Intent.READ));
            Pair.refused(Errno.EFAULT, () -> pair.space.pin(at, 4L * Pages.SIZE, PinKind.SHORT, Intent.WRITE));
            Pair.refused(Errno.EINVAL, () -> pair.space.pin(at + 1, Pages.SIZE, PinKind.SHORT, Intent.WRITE));
            assertThat(pair.under.machine().counter("pins.pages")).isZero();
            pair.checked();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBringPrivatePagesHome(PinKind kind) {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            pair.run(0, memory -> memory.putLong(at, 9));
            assertThat(pair.state(at)).isEqualTo(PageState.DEVICE_PRIVATE);
            try (Pin pin = pair.space.pin(at, BYTES, kind, Intent.WRITE)) {
                assertThat(pin.node(0)).isZero();
                assertThat(word(pin, 0)).isEqualTo(9);
                pair.run(0, memory -> memory.putLong(at, 10));
                assertThat(pair.space.why(at).node()).as("mapped where it is").isZero();
                assertThat(word(pin, 0)).isEqualTo(10);
                assertThat(pair.under.machine().counter("migrate.pinned.pages")).isPositive();
            }
            pair.run(1, memory -> memory.putLong(at, 11));
            assertThat(pair.state(at)).isEqualTo(PageState.DEVICE_PRIVATE);
        }
    }

    @Test
    void shouldKeepCoherentPagesForShortPinsAndMoveThemForLongOnes() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(PAGES);
            assertThat(pair.space.migrate(at, BYTES, 1, Cause.USER).movedPages())
                    .isEqualTo(PAGES);
            try (Pin shortly = pair.space.pin(at, 4L * Pages.SIZE, PinKind.SHORT, Intent.WRITE);
                    Pin lastingly = pair.space.pin(at + 4L * Pages.SIZE, 4L * Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
                assertThat(shortly.node(0)).isEqualTo(1);
                assertThat(lastingly.node(0)).isZero();
                Pair.refused(Errno.EBUSY, () -> pair.space.pin(at, Pages.SIZE, PinKind.LONG, Intent.WRITE));
                for (int page = 0; page < 4; page++) {
                    assertThat(word(shortly, (long) page * Pages.SIZE)).isEqualTo(page + 1);
                    assertThat(word(lastingly, (long) page * Pages.SIZE)).isEqualTo(page + 5);
                }
                pair.checked();
            }
        }
    }

    @Test
    void shouldDenyWhatTheTypeDenies() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "(longPins=DENY)")) {
            long at = pair.written(2);
            pair.space.migrate(at, Pages.SIZE, 1, Cause.USER);
            Pair.refused(Errno.EACCES, () -> pair.space.pin(at, Pages.SIZE, PinKind.LONG, Intent.READ));
            assertThat(pair.space.why(at).node()).as("it stays").isEqualTo(1);
            pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ).close();
            pair.space
                    .pin(at + Pages.SIZE, Pages.SIZE, PinKind.LONG, Intent.READ)
                    .close();
        }
    }

    @Test
    void shouldStayThroughMigrationEvictionAndConversion() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(2);
            pair.space.migrate(at, 2L * Pages.SIZE, 1, Cause.USER);
            try (Pin pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
                assertThat(pair.space
                                .migrate(at, 2L * Pages.SIZE, 0, Cause.USER)
                                .movedPages())
                        .isEqualTo(1);
                assertThat(pair.evict(1, 2)).isZero();
                pair.under.machine().policies().use("hidden", false);
                assertThat(pair.under.machine().policies().settle().keptPages()).isEqualTo(1);
                assertThat(pair.under.machine().events())
                        .filteredOn(event -> event.kind() == Event.Kind.KEPT)
                        .singleElement()
                        .returns(1L, Event::pages);
                assertThat(pin.node(0)).isEqualTo(1);
                assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
                assertThat(pair.cpu.getLong(at)).isEqualTo(1);
                pair.checked();
            }
        }
    }

    @Test
    void shouldCopyForAForkAtOnce() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(PAGES);
            try (Pin pin = pair.space.pin(at, 2L * Pages.SIZE, PinKind.LONG, Intent.WRITE);
                    AddressSpace child = pair.space.fork("child");
                    CpuContext other = child.attach(0)) {
                pair.checked();
                assertThat(child.why(at).pfn()).isNotEqualTo(pair.space.why(at).pfn());
                assertThat(child.why(at + 2L * Pages.SIZE).pfn())
                        .isEqualTo(pair.space.why(at + 2L * Pages.SIZE).pfn());
                pair.cpu.putLong(at, 100);
                word(pin, Pages.SIZE, 200);
                assertThat(word(pin, 0)).isEqualTo(100);
                assertThat(pair.cpu.getLong(at + Pages.SIZE)).isEqualTo(200);
                assertThat(other.getLong(at)).isEqualTo(1);
                assertThat(other.getLong(at + Pages.SIZE)).isEqualTo(2);
                other.putLong(at, 3);
                assertThat(word(pin, 0)).isEqualTo(100);
            }
        }
    }

    @Test
    void shouldUnshareWhatAForkSharesBeforePinning() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(2);
            pair.space.mprotect(at + Pages.SIZE, Pages.SIZE, Protection.READ);
            try (AddressSpace child = pair.space.fork("child");
                    CpuContext other = child.attach(0);
                    Pin pin = pair.space.pin(at, 2L * Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                pair.checked();
                other.putLong(at, 50);
                pair.cpu.putLong(at, 60);
                assertThat(word(pin, 0)).isEqualTo(60);
                assertThat(word(pin, Pages.SIZE)).isEqualTo(2);
                assertThat(other.getLong(at)).isEqualTo(50);
            }
        }
    }

    /** Maps a 2 MiB page and writes each page's number into it. */
    private static long large(Pair pair) {
        long at = pair.space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        for (int page = 0; page < Pages.PER_LARGE; page++) {
            pair.cpu.putLong(at + (long) page * Pages.SIZE, page);
        }
        return at;
    }

    @Test
    void shouldKeepA2MiBPageWhole() {
        try (var pair = Pair.hasty(false, TestPolicy.Kind.HIDDEN, "(large=true)")) {
            long at = large(pair);
            long half = at + Pages.LARGE_SIZE / 2;
            try (Pin pin = pair.space.pin(at + 3L * Pages.SIZE, 4L * Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
                assertThat(pair.space.why(at).order()).isEqualTo(Pages.LARGE_ORDER);
                pair.checked();
                Pair.refused(Errno.EBUSY, () -> pair.space.munmap(half, Pages.SIZE));
                Pair.refused(Errno.EBUSY, () -> pair.space.mprotect(half, Pages.SIZE, Protection.READ));
                Pair.refused(Errno.EBUSY, () -> pair.space.mremap(half, Pages.SIZE, 2L * Pages.SIZE, true));
                Pair.refused(Errno.EBUSY, () -> pair.space.advise(half, Pages.SIZE, Advice.DEAD));
                Pair.refused(Errno.EBUSY, () -> pair.device(0).exclusive(pair.space, half, Pages.SIZE));
                pair.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ);
                pair.space.mprotect(at, Pages.LARGE_SIZE, Protection.READ_WRITE);
                pair.cpu.putLong(at + 3L * Pages.SIZE, 33);
                assertThat(word(pin, 0)).isEqualTo(33);
            }
            pair.space.munmap(half, Pages.SIZE);
        }
    }

    @Test
    void shouldCopyA2MiBPageForAForkInSmallPages() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "(large=true)")) {
            long at = large(pair);
            try (Pin pin = pair.space.pin(at + 3L * Pages.SIZE, 4L * Pages.SIZE, PinKind.LONG, Intent.WRITE);
                    AddressSpace child = pair.space.fork("child");
                    CpuContext other = child.attach(0)) {
                pair.checked();
                word(pin, 0, 34);
                for (int page = 0; page < Pages.PER_LARGE; page++) {
                    assertThat(other.getLong(at + (long) page * Pages.SIZE)).isEqualTo(page);
                }
                assertThat(pair.cpu.getLong(at + 3L * Pages.SIZE)).isEqualTo(34);
                assertThat(pair.space.why(at).order()).isEqualTo(Pages.LARGE_ORDER);
            }
        }
    }

    @Test
    void shouldRefuseOneReferenceTooMany() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(2);
            Frames frames = pair.under.mechanism().rooms().frames;
            long pfn = pair.space.why(at + Pages.SIZE).pfn();
            int taken = 0;
            while (frames.refs(pfn) < FrameWord.REFS_MAX) {
                assertThat(frames.get(pfn)).isTrue();
                taken++;
            }
            Pair.refused(Errno.EOVERFLOW, () -> pair.space.pin(at, 2L * Pages.SIZE, PinKind.SHORT, Intent.WRITE));
            assertThat(frames.refs(pfn)).isEqualTo(FrameWord.REFS_MAX);
            assertThat(pair.under.machine().counter("pins.pages")).isZero();
            for (int i = 0; i < taken; i++) {
                frames.put(pfn);
            }
        }
    }

    @Test
    void shouldOutliveMappingAndSpace() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            AddressSpace other = pair.under.machine().openSpace("other");
            long at = other.mmap(MapRequest.anonymous(2L * Pages.SIZE));
            Pin pin = other.pin(at, 2L * Pages.SIZE, PinKind.LONG, Intent.WRITE);
            word(pin, 8, 77);
            other.munmap(at, Pages.SIZE);
            pair.checked();
            assertThat(word(pin, 8)).isEqualTo(77);
            other.close();
            pair.checked();
            assertThat(word(pin, 8)).isEqualTo(77);
            Pair.refused(Errno.EBADF, () -> other.pin(at, Pages.SIZE, PinKind.LONG, Intent.WRITE));
            long free = pair.under.machine().nodes().getFirst().freePages();
            pin.close();
            pin.close();
            assertThat(pair.under.machine().nodes().getFirst().freePages()).isEqualTo(free + 2);
        }
    }

    @Test
    void shouldEndWithTheMachine() {
        var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "");
        long at = pair.written(2);
        Pin pin = pair.space.pin(at, 2L * Pages.SIZE, PinKind.LONG, Intent.WRITE);
        pair.under.close();
        Pair.refused(Errno.EBADF, () -> word(pin, 0));
        Pair.refused(Errno.EBADF, () -> word(pin, 0, 1));
        pin.close();
    }

    @Test
    void shouldPinSharedMemoryAndEndExclusiveAccess() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long shared = pair.space.mmap(MapRequest.anonymous(BYTES).shared());
            try (AddressSpace child = pair.space.fork("child");
                    CpuContext other = child.attach(0);
                    Pin pin = pair.space.pin(shared, BYTES, PinKind.LONG, Intent.WRITE)) {
                other.putLong(shared, 12);
                assertThat(word(pin, 0)).isEqualTo(12);
                pair.checked();
            }
            long at = pair.written(1);
            pair.device(0).exclusive(pair.space, at, Pages.SIZE);
            try (Pin pin = pair.space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.READ)) {
                assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
                assertThat(word(pin, 0)).isEqualTo(1);
            }
        }
    }
}

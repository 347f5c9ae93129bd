package moraine.core.impl.space;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Pin;
import moraine.core.api.host.Userfault;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Leaves of 2 MiB where mappings begin and end anew, and where small pages were before. */
final class LargeLeavesTest {
    private static final long LARGE = Pages.LARGE_SIZE;

    private final Pair pair = new Pair(true, TestPolicy.Kind.NODE, "(large=true,window=1)");
    private final SpaceImpl space = (SpaceImpl) pair.space;

    @AfterEach
    void close() {
        pair.checked();
        pair.close();
    }

    private long region() {
        return space.mmap(MapRequest.anonymous(LARGE).aligned(LARGE));
    }

    private boolean large(long at) {
        return Pte.large(space.table().get(at));
    }

    private static long read(AddressSpace in, long at) {
        try (CpuContext cpu = in.attach(0)) {
            return cpu.getLong(at);
        }
    }

    /** A mapping that cannot grow where it is moves. */
    private long moved(long at) {
        long wall = space.mmap(MapRequest.anonymous(Pages.SIZE).at(at + LARGE));
        long to = space.mremap(at, LARGE, 2 * LARGE, true);
        space.munmap(wall, Pages.SIZE);
        return to;
    }

    @Test
    void shouldBeDividedWhereARegistrationBegins() {
        long at = region();
        pair.cpu.putLong(at, 5);
        assertThat(large(at)).isTrue();
        try (Userfault half = space.userfault(at + LARGE / 2, LARGE / 2, (range, page, _) -> range.zero(page))) {
            assertThat(large(at)).isFalse();
            pair.checked();
            try (AddressSpace child = space.fork("child")) {
                pair.checked();
                assertThat(read(child, at)).isEqualTo(5);
            }
            assertThat(half.bytes()).isEqualTo(LARGE / 2);
        }
        space.munmap(at, Pages.SIZE);
    }

    /** A page of 2 MiB comes to a region whose small pages have moved away, and a fork has to copy a part of it. */
    @Test
    void shouldBeCopiedWhereSmallPagesWereBefore() {
        long small = region();
        long whole = space.mmap(MapRequest.anonymous(LARGE).at(small + 16 * LARGE));
        space.advise(small, LARGE, Advice.NOHUGEPAGE);
        pair.cpu.putLong(small, 1);
        long away = moved(small);
        pair.cpu.putLong(whole + Pages.SIZE, 7);
        assertThat(large(whole)).isTrue();

        long at = moved(whole);
        assertThat(at).as("the lowest gap").isEqualTo(small);
        assertThat(large(at)).isTrue();
        try (Pin pin = space.pin(at, Pages.SIZE, PinKind.SHORT, Intent.WRITE);
                AddressSpace child = space.fork("child")) {
            assertThat(read(child, at + Pages.SIZE)).isEqualTo(7);
            assertThat(pin.pages()).isOne();
        }
        assertThat(pair.cpu.getLong(away)).isEqualTo(1);
    }
}

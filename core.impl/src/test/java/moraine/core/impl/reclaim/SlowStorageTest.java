package moraine.core.impl.reclaim;

import static moraine.core.impl.reclaim.Scarce.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.LongConsumer;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Intent;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinKind;
import moraine.core.api.time.Point;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.plugins.Leaps;
import moraine.testkit.Gates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Storage that takes longer than the deadline of who needs a page: that is not what the deadline is for. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SlowStorageTest {
    private static final String ACTOR = "slow";
    private static final long DEADLINE_NS = 60_000_000_000L;

    private final Leaps clock = new Leaps();
    private final Gates gates = new Gates(clock.environment(), 10 * DEADLINE_NS);
    private final Scarce on = new Scarce(
            "node(window=1)",
            Scarce.onNode(),
            gates,
            PageCache.stores(Backing.BYTES),
            new Parameters(Map.of("range.timeout", String.valueOf(DEADLINE_NS / 1_000_000))));

    /** Does something with a page of two spaces that is in swap, so that it is copied next; its read is slow. */
    private void with(LongConsumer action) {
        try (gates;
                on) {
            long swapped = on.written(1);
            AddressSpace child = on.space.fork("child");
            on.written(2L * PAGES);
            assertThat(on.state(swapped)).isEqualTo(PageState.SWAPPED);
            gates.hold(Point.SWAP_READ, ACTOR);
            gates.start(ACTOR, () -> action.accept(swapped));
            gates.awaitHeld(Point.SWAP_READ, ACTOR);
            clock.leap(2 * DEADLINE_NS);
            gates.release(Point.SWAP_READ, ACTOR);
            gates.awaitEnd(ACTOR);
            assertThat(on.cpu.getLong(swapped)).isEqualTo(1);
            child.close();
        }
    }

    @Test
    void shouldPinAPageThatComesBackSlowly() {
        with(page -> on.space.pin(page, Pages.SIZE, PinKind.SHORT, Intent.WRITE).close());
    }

    @Test
    void shouldTakeAPageAloneThatComesBackSlowly() {
        with(page -> assertThat(on.machine
                        .device("gpu0")
                        .exclusive(on.space, page, Pages.SIZE)
                        .movedPages())
                .isEqualTo(1));
    }
}

package moraine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import moraine.core.api.time.Point;
import moraine.core.api.time.Points;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GatesTest {
    private static final long SHORT_NS = 200_000_000L;

    private final List<String> order = new CopyOnWriteArrayList<>();

    private void walk(Points points, String who) {
        points.reach(Point.RANGE_READ);
        order.add(who + " read");
        points.reach(Point.MIGRATE_COPIED);
        order.add(who + " copied");
    }

    @Test
    void shouldForceAnOrder() {
        try (var gates = new Gates(new PlainTime(false))) {
            gates.hold(Point.RANGE_READ, "first");
            gates.hold(Point.MIGRATE_COPIED, "second");
            gates.start("first", () -> walk(gates.points(), "first"));
            gates.start("second", () -> walk(gates.points(), "second"));
            gates.awaitHeld(Point.RANGE_READ, "first");
            gates.awaitHeld(Point.MIGRATE_COPIED, "second");
            assertThat(order).containsExactly("second read");
            gates.release(Point.RANGE_READ, "first");
            gates.awaitEnd("first");
            gates.release(Point.MIGRATE_COPIED, "second");
        }
        assertThat(order).containsExactly("second read", "first read", "first copied", "second copied");
    }

    @Test
    void shouldHoldEachArrivalForWhichItWasTold() {
        try (var gates = new Gates(new PlainTime(false))) {
            gates.hold(Point.RANGE_READ, "walker");
            gates.hold(Point.RANGE_READ, "walker");
            gates.start("walker", () -> {
                walk(gates, "one");
                walk(gates, "two");
                walk(gates, "three");
            });
            gates.pass(Point.RANGE_READ, "walker");
            gates.awaitHeld(Point.RANGE_READ, "walker");
            assertThat(order).containsExactly("one read", "one copied");
            gates.release(Point.RANGE_READ, "walker");
            gates.awaitEnd("walker");
            assertThat(gates.arrivals(Point.RANGE_READ, "walker")).isEqualTo(3);
            assertThat(gates.arrivals(Point.RANGE_READ, "somebody")).isZero();
        }
    }

    @Test
    void shouldSeeWhereAnActorWaits() {
        try (var gates = new Gates(new PlainTime(false))) {
            gates.hold(Point.RANGE_READ, "walker");
            gates.start("walker", () -> walk(gates, "walker"));
            gates.awaitWithin("walker", "GatesTest.walk");
            gates.release(Point.RANGE_READ, "walker");
        }
        assertThat(order).hasSize(2);
    }

    @Test
    void shouldTellWhoWaitsWhereAfterTheDeadline() {
        PlainTime time = PlainTime.byHand();
        var gates = new Gates(time, SHORT_NS);
        gates.hold(Point.RANGE_READ, "walker");
        gates.hold(Point.EVICT_HELD, "nobody");
        gates.start("walker", () -> walk(gates, "walker"));
        gates.awaitHeld(Point.RANGE_READ, "walker");
        time.passesByPauses(SHORT_NS / 10);
        assertThatThrownBy(() -> gates.awaitHeld(Point.EVICT_HELD, "nobody"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("after 200 ms it is not so that nobody is held at EVICT_HELD")
                .hasMessageContaining("walker is held at RANGE_READ")
                .hasMessageContaining("nobody is awaited at EVICT_HELD")
                .hasMessageContaining("GatesTest.walk");
        time.passesByPauses(0);
        assertThatThrownBy(gates::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nobody arrived: [nobody is awaited at EVICT_HELD]");
        assertThat(order).hasSize(2);
    }

    @Test
    void shouldLetAThreadGoThatNobodyReleases() {
        PlainTime time = PlainTime.byHand();
        var gates = new Gates(time, SHORT_NS);
        gates.hold(Point.RANGE_READ, "walker");
        gates.start("walker", () -> walk(gates, "walker"));
        gates.awaitHeld(Point.RANGE_READ, "walker");
        long begun = System.nanoTime();
        while (order.size() < 2) {
            assertThat(System.nanoTime() - begun).isLessThan(30_000_000_000L);
            time.pass(SHORT_NS / 1000);
            Thread.onSpinWait();
        }
        assertThatThrownBy(gates::close).hasMessageContaining("nobody released walker is held at RANGE_READ");
    }

    @Test
    void shouldTellWhenAnActorEndsBeforeThePoint() {
        var gates = new Gates(new PlainTime(false));
        gates.hold(Point.EVICT_HELD, "walker");
        gates.start("walker", () -> {
            throw new IllegalStateException("stumbled");
        });
        assertThatThrownBy(() -> gates.awaitHeld(Point.EVICT_HELD, "walker"))
                .hasMessageContaining("walker ended and never arrived at EVICT_HELD")
                .satisfies(error ->
                        assertThat(error.getSuppressed()).singleElement().returns("stumbled", Throwable::getMessage));
        assertThatThrownBy(gates::close)
                .hasMessageContaining("walker ended with")
                .hasMessageContaining("stumbled");
    }

    @Test
    void shouldRefuseWhatCannotBeMeant() {
        try (var gates = new Gates(new PlainTime(false))) {
            assertThatThrownBy(() -> gates.release(Point.RANGE_READ, "walker"))
                    .hasMessage("nothing holds walker at RANGE_READ; call hold first");
            assertThatThrownBy(() -> gates.awaitEnd("walker")).hasMessageContaining("no actor named walker");
            gates.start("walker", () -> {});
            assertThatThrownBy(() -> gates.start("walker", () -> {})).hasMessageContaining("take another name");
        }
        assertThatThrownBy(() -> new Gates(new PlainTime(true))).hasMessageContaining("virtual time");
    }
}

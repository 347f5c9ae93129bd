package moraine.daemon.arbiter;

import static moraine.daemon.arbiter.Stand.CAPACITY;
import static moraine.daemon.arbiter.Stand.DEVICE;
import static moraine.daemon.arbiter.Stand.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Event;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import org.junit.jupiter.api.Test;

/** The arbiter on real machines in virtual time: where it helps, and where it must keep its hands off. */
final class ArbiterTest {
    private static final long REST_US = 10_000;
    private static final String QUICK = "arbiter(idle=5,keepUs=20000,periodUs=100,restUs=" + REST_US + ")";
    private static final List<String> NONE = List.of();
    private static final List<String> ARBITER = List.of(QUICK);
    private static final int FILLING = CAPACITY - 96;
    private static final int WANTED = CAPACITY / 4;
    private static final int LONG = 20;
    private static final int SHORT = 5;

    private static Stand.Tenant idle(Stand on) {
        Stand.Tenant idle = on.tenant("idle", FILLING);
        idle.sweep(1);
        assertThat(idle.on(DEVICE)).isEqualTo(FILLING);
        return idle;
    }

    /** {@return modelled time of a tenant's program: it fills its range, and has the device go over it} */
    private static long programNs(Stand on, String name, int sweeps) {
        long begun = on.now();
        Stand.Tenant tenant = on.tenant(name, WANTED);
        for (int i = 0; i < sweeps; i++) {
            tenant.sweep(40);
        }
        return on.now() - begun;
    }

    private static long programNs(int sweeps, List<String> daemons, Consumer<Stand> before, Consumer<Stand> after) {
        try (Stand on = new Stand("cdm", daemons)) {
            before.accept(on);
            long ns = programNs(on, "starved", sweeps);
            after.accept(on);
            return ns;
        }
    }

    @Test
    void shouldLetTheStarvedEndAsIfAloneAndTakeNothingButResidencyFromTheIdle() {
        long alone = programNs(LONG, NONE, _ -> {}, _ -> {});
        long without = programNs(
                LONG, NONE, ArbiterTest::idle, on -> assertThat(on.yielded()).isZero());
        long with = programNs(LONG, ARBITER, ArbiterTest::idle, on -> {
            Stand.Tenant idle = on.tenant(0);
            Stand.Tenant starved = on.tenant(1);
            assertThat(starved.on(DEVICE)).isEqualTo(WANTED);
            assertThat(on.yielded()).isEqualTo(idle.on(RAM));
            assertThat(idle.on(RAM) + idle.on(DEVICE)).isEqualTo(FILLING);
            for (int node : List.of(RAM, DEVICE)) {
                assertThat(idle.charged(node)).isEqualTo(idle.on(node));
                assertThat(starved.charged(node)).isEqualTo(starved.on(node));
            }
        });

        assertThat(without).as("starved without an arbiter").isGreaterThan(2 * alone);
        assertThat(with).as("starved with an arbiter").isLessThan(alone * 110 / 100);
    }

    @Test
    void shouldTellInTheHistoryWhoMovedThePages() {
        programNs(SHORT, ARBITER, ArbiterTest::idle, on -> {
            Stand.Tenant idle = on.tenant(0);
            Set<Cause> causes = idle.space.pages(idle.at, (long) FILLING * Pages.SIZE, FILLING).stream()
                    .filter(page -> page.node() == RAM)
                    .map(PageInfo::cause)
                    .collect(Collectors.toSet());
            assertThat(causes).containsExactly(Cause.YIELD);
            assertThat(on.machine.events())
                    .filteredOn(event -> event.kind() == Event.Kind.MIGRATION)
                    .anyMatch(event -> event.cause().equals(Cause.YIELD.toString()));
            assertThat(on.machine.daemons())
                    .singleElement()
                    .returns(DaemonInfo.State.RUNNING, DaemonInfo::state)
                    .returns(on.yielded(), DaemonInfo::actedPages);
        });
    }

    @Test
    void shouldLeaveAnOwnerAloneThatUsesItsPages() {
        try (Stand on = new Stand("cdm", List.of("arbiter(idle=30,periodUs=100)"))) {
            Stand.Tenant owner = idle(on);
            Stand.Tenant starved = on.tenant("starved", WANTED);
            for (int i = 0; i < 100; i++) {
                owner.glance();
                starved.glance();
                on.passUs(100);
            }

            assertThat(starved.on(DEVICE)).isEqualTo(CAPACITY - FILLING);
            assertThat(owner.on(DEVICE)).isEqualTo(FILLING);
            assertThat(on.yielded()).isZero();
        }
    }

    /** Two tenants that want more than there is take turns: long enough to lie idle, and then both at once. */
    @Test
    void shouldNotMovePagesBackAndForth() {
        try (Stand on = new Stand("cdm", ARBITER)) {
            Stand.Tenant one = on.tenant("one", FILLING);
            Stand.Tenant other = on.tenant("other", WANTED);
            for (int i = 0; i < 20; i++) {
                other.glance();
                on.passUs(100);
            }
            long once = on.yielded();
            assertThat(once).isBetween((long) WANTED / 2, 2L * WANTED);

            for (int i = 0; i < 100; i++) {
                one.glance();
                other.glance();
                on.passUs(100);
            }
            assertThat(on.yielded()).as("while both use what they have").isEqualTo(once);
            for (int i = 0; i < 100; i++) {
                (i / 10 % 2 == 0 ? one : other).glance();
                on.passUs(100);
            }
            assertThat(on.yielded() - once)
                    .as("in turns of a millisecond, for ten")
                    .isLessThanOrEqualTo(2L * WANTED);
        }
    }

    @Test
    void shouldLookAtNobodysPagesWhileNobodyStarves() {
        try (Stand on = new Stand("cdm", ARBITER)) {
            Stand.Tenant owner = idle(on);
            on.passUs(50_000);

            assertThat(owner.on(DEVICE)).isEqualTo(FILLING);
            assertThat(on.machine.daemons()).singleElement().returns(0L, DaemonInfo::scannedPages);
        }
    }

    @Test
    void shouldLeavePinnedPagesAndThoseOfATenantThatMayGoNowhereElse() {
        try (Stand on = new Stand("cdm", ARBITER)) {
            Stand.Tenant owner = idle(on);
            on.machine.tenant("idle", NodeSet.of(DEVICE), List.of());
            programNs(on, "starved", SHORT);
            assertThat(on.yielded()).isZero();

            on.machine.tenant("idle", NodeSet.ALL, List.of());
            on.passUs(REST_US);
            long pinned = (long) FILLING / 2 * Pages.SIZE;
            try (var pin = owner.space.pin(owner.at, pinned, PinKind.SHORT, Intent.READ)) {
                programNs(on, "other", SHORT);
                assertThat(pin.pages()).isEqualTo(FILLING / 2);
                assertThat(on.yielded()).isPositive();
                assertThat(owner.on(DEVICE)).isGreaterThanOrEqualTo(FILLING / 2);
            }
        }
    }
}

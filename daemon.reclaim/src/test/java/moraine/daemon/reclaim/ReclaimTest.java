package moraine.daemon.reclaim;

import static moraine.daemon.reclaim.Stand.FAST;
import static moraine.daemon.reclaim.Stand.SLOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import org.junit.jupiter.api.Test;

/** Reclaim on real machines in virtual time: where it helps, and where it must keep its hands off. */
final class ReclaimTest {
    private static final List<String> RECLAIM = List.of("reclaim");

    private static Stand expander(List<String> daemons) {
        return new Stand("cxl-type3", MachineSpec.LAST_RESORT, daemons, NodeSet.ALL);
    }

    private static Stand superchip(String policy) {
        return new Stand("gh200", policy, RECLAIM, NodeSet.ALL);
    }

    @Test
    void shouldMakeRoomUpToTheHighMark() {
        try (Stand on = expander(RECLAIM)) {
            long[] cold = on.filled();
            assertThat(on.node(FAST).freePages()).isLessThan(on.node(FAST).lowPages());

            on.pass(20);

            assertThat(on.node(FAST).freePages())
                    .isGreaterThanOrEqualTo(on.node(FAST).highPages());
            long demoted = on.on(SLOW, cold[0], cold[1]);
            assertThat(demoted).isPositive().isEqualTo(on.machine.counter("pgdemote_kswapd"));
            assertThat(on.machine.counter("pgsteal")).isEqualTo(demoted);
            assertThat(on.machine.counter("pgscan")).isGreaterThan(cold[1]);
            assertThat(on.machine.daemons())
                    .singleElement()
                    .returns(DaemonInfo.State.RUNNING, DaemonInfo::state)
                    .returns(demoted, DaemonInfo::actedPages);
            long ticks = on.machine.daemons().getFirst().ticks();
            on.pass(20);
            assertThat(on.machine.daemons().getFirst().ticks()).isEqualTo(ticks);
            assertThat(on.read(cold[0], cold[1])).isPositive();
        }
    }

    /** {@return modelled time of reading, again and again, what came in bursts while RAM was full of cold pages} */
    private static long burstsNs(List<String> daemons) {
        try (Stand on = expander(daemons)) {
            on.filled();
            on.pass(20);
            var bursts = new ArrayList<Long>();
            for (int burst = 0; burst < 20; burst++) {
                bursts.add(on.written(24));
                bursts.forEach(at -> on.read(at, 24));
                on.pass(5);
            }
            long ns = 0;
            for (int pass = 0; pass < 10; pass++) {
                for (long at : bursts) {
                    ns += on.read(at, 24);
                }
            }
            return ns;
        }
    }

    @Test
    void shouldMakeBurstsFasterThatComeWhileRamIsFullOfColdPages() {
        long without = burstsNs(List.of());
        long with = burstsNs(RECLAIM);

        assertThat(with).isLessThan(without * 3 / 4);
    }

    @Test
    void shouldDemoteTheOldestAndSpareWhatIsUsed() {
        try (Stand on = expander(RECLAIM)) {
            long hot = on.written(64);
            long[] cold = on.filled();
            for (int i = 0; i < 40; i++) {
                on.read(hot, 64);
                on.pass(1);
            }

            assertThat(on.on(SLOW, cold[0], cold[1])).isPositive();
            assertThat(on.on(FAST, hot, 64)).isEqualTo(64);
        }
    }

    @Test
    void shouldLeavePagesOfATenantThatMayNotGoThere() {
        try (Stand on = new Stand("cxl-type3", MachineSpec.LAST_RESORT, RECLAIM, NodeSet.of(FAST))) {
            long[] cold = on.filled();

            on.pass(20);

            assertThat(on.machine.counter("pgscan")).isPositive();
            assertThat(on.on(FAST, cold[0], cold[1])).isEqualTo(cold[1]);
            assertThat(on.machine.counter("pgdemote_kswapd")).isZero();
        }
    }

    @Test
    void shouldLeavePinnedPages() {
        try (Stand on = expander(RECLAIM)) {
            long[] cold = on.filled();
            try (var pin = on.space.pin(cold[0], cold[1] * Pages.SIZE, PinKind.LONG, Intent.WRITE)) {
                on.pass(20);

                assertThat(pin.pages()).isEqualTo(cold[1]);
                assertThat(on.on(FAST, cold[0], cold[1])).isEqualTo(cold[1]);
                assertThat(on.machine.counter("pgdemote_kswapd")).isZero();
            }
        }
    }

    @Test
    void shouldNotDemoteToADeviceThatDidNotOptIn() {
        try (Stand on = superchip("hmm(memory=coherent)")) {
            long[] cold = on.filled();

            on.pass(20);

            assertThat(on.on(FAST, cold[0], cold[1])).isEqualTo(cold[1]);
            assertThat(on.machine.counter("pgdemote_kswapd")).isZero();
        }
    }

    @Test
    void shouldDemoteToADeviceThatOptedInAndLeaveThePagesThereAlone() {
        try (Stand on = superchip("managed(features=reclaim+demotion)")) {
            long[] cold = on.filled();
            on.pass(20);

            long demoted = on.on(SLOW, cold[0], cold[1]);
            assertThat(demoted).isPositive();
            assertThat(on.node(FAST).freePages())
                    .isGreaterThanOrEqualTo(on.node(FAST).highPages());
            on.pass(20);
            assertThat(on.on(SLOW, cold[0], cold[1])).isEqualTo(demoted);
        }
    }

    @Test
    void shouldTellInTheHistoryWhoDidIt() {
        try (Stand on = expander(RECLAIM)) {
            long[] cold = on.filled();
            on.pass(20);

            assertThat(on.space.pages(cold[0], cold[1] * Pages.SIZE, Integer.MAX_VALUE))
                    .filteredOn(page -> page.node() == SLOW)
                    .isNotEmpty()
                    .allMatch(page -> page.cause() == Cause.DEMOTION);
        }
    }
}

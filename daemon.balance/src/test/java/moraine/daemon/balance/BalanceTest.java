package moraine.daemon.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.Test;

/** Balancing on real machines in virtual time: where it helps, and where it must keep its hands off. */
final class BalanceTest {
    private static final List<String> NONE = List.of();
    private static final List<String> BALANCE = List.of("balance(periodMinUs=5000,periodMaxUs=50000)");
    private static final int A = 0;
    private static final int B = 8;
    private static final int NEAR_B = 60;
    private static final int PAGES = 512;
    private static final int ROUNDS = 60;

    private static Stand sockets(List<String> daemons) {
        return new Stand("power9-v100-cdm", MachineSpec.LAST_RESORT, daemons);
    }

    private static Stand expander(List<String> daemons) {
        return new Stand("cxl-type3", MachineSpec.LAST_RESORT, daemons);
    }

    /** {@return modelled time in which a processor of B works on what a processor of A made} */
    private static long farNs(List<String> daemons) {
        try (Stand on = sockets(daemons);
                CpuContext cpu = on.space.attach(B)) {
            long at = on.written(A, PAGES);
            long ns = 0;
            for (int round = 0; round < ROUNDS; round++) {
                ns += on.read(cpu, at, PAGES, 150);
                on.pass(1);
            }
            assertThat(on.on(B, at, PAGES)).isEqualTo(daemons.isEmpty() ? 0 : PAGES);
            return ns;
        }
    }

    @Test
    void shouldBringPagesToWhoUsesThem() {
        long without = farNs(NONE);
        long with = farNs(BALANCE);

        assertThat(with).isLessThan(without * 3 / 4);
    }

    @Test
    void shouldTellInHistoryAndCountersWhatItDid() {
        try (Stand on = sockets(BALANCE);
                CpuContext cpu = on.space.attach(B)) {
            long at = on.written(A, PAGES);
            for (int round = 0; round < ROUNDS; round++) {
                on.read(cpu, at, PAGES, 4);
                on.pass(3);
            }

            assertThat(on.space.pages(at, (long) PAGES * Pages.SIZE, Integer.MAX_VALUE))
                    .hasSize(PAGES)
                    .allMatch(page -> page.node() == B && page.cause() == Cause.BALANCE);
            assertThat(on.machine.counter("numa_pages_migrated")).isEqualTo(PAGES);
            assertThat(on.machine.counter("numa_hint_faults")).isGreaterThanOrEqualTo(2 * PAGES);
            assertThat(on.machine.counter("numa_pte_updates"))
                    .isGreaterThanOrEqualTo(on.machine.counter("numa_hint_faults"));
            assertThat(on.machine.counter("pgpromote_success")).isZero();
            assertThat(on.machine.counter("pgdemote_kswapd")).isZero();
            assertThat(on.machine.daemons())
                    .singleElement()
                    .returns(DaemonInfo.State.RUNNING, DaemonInfo::state)
                    .returns((long) PAGES, DaemonInfo::actedPages);
        }
    }

    /** {@return modelled time in which processors of both nodes use the same pages, one after the other} */
    private static long sharedNs(List<String> daemons) {
        try (Stand on = sockets(daemons);
                CpuContext a = on.space.attach(A);
                CpuContext b = on.space.attach(B)) {
            long at = on.written(A, PAGES);
            long ns = 0;
            for (int round = 0; round < 2 * ROUNDS; round++) {
                ns += on.read(round % 2 == 0 ? a : b, at, PAGES, 60);
                on.pass(round % 2);
                ns += on.read(round % 2 == 0 ? b : a, at, PAGES, 60);
                on.pass(round % 3);
            }
            assertThat(on.machine.counter("numa_pages_migrated")).isLessThanOrEqualTo(PAGES);
            return ns;
        }
    }

    @Test
    void shouldLeaveWhatTwoNodesUseInTurns() {
        long without = sharedNs(NONE);
        long with = sharedNs(BALANCE);

        assertThat(with).isLessThan(without * 11 / 10);
    }

    @Test
    void shouldGoOnForTheRamPagesOfAMixedRangeAndLeaveTheDevices() {
        try (Stand on = new Stand("power9-v100-cdm", "cdm", BALANCE);
                CpuContext cpu = on.space.attach(B)) {
            long at = on.written(A, PAGES);
            for (int page = 1; page < PAGES; page += 2) {
                on.space.migrate(at + (long) page * Pages.SIZE, Pages.SIZE, NEAR_B, Cause.USER);
            }
            assertThat(on.on(NEAR_B, at, PAGES)).isEqualTo(PAGES / 2);
            for (int round = 0; round < ROUNDS; round++) {
                on.read(cpu, at, PAGES, 4);
                on.pass(3);
                assertThat(on.space.pages(at, (long) PAGES * Pages.SIZE, Integer.MAX_VALUE))
                        .filteredOn(page -> page.node() == NEAR_B)
                        .hasSize(PAGES / 2)
                        .allMatch(page -> page.state() == PageState.PRESENT && page.cause() == Cause.USER);
            }

            assertThat(on.on(B, at, PAGES)).isEqualTo(PAGES / 2);
        }
    }

    /** {@return modelled time of using, again and again, what lies in an expander} */
    private static long slowNs(List<String> daemons) {
        try (Stand on = expander(daemons);
                CpuContext cpu = on.space.attach(0)) {
            long at = on.written(0, PAGES);
            on.move(at, PAGES, 1);
            long ns = 0;
            for (int round = 0; round < ROUNDS; round++) {
                ns += on.read(cpu, at, PAGES, 150);
                on.pass(1);
            }
            return ns;
        }
    }

    @Test
    void shouldPromoteWhatIsUsed() {
        long without = slowNs(NONE);
        long with = slowNs(BALANCE);

        assertThat(with).isLessThan(without * 3 / 4);
    }

    @Test
    void shouldLeaveInSlowMemoryWhatNobodyUses() {
        try (Stand on = expander(BALANCE);
                CpuContext cpu = on.space.attach(0)) {
            long used = on.written(0, PAGES);
            long idle = on.written(0, PAGES);
            on.move(used, PAGES, 1);
            on.move(idle, PAGES, 1);
            for (int round = 0; round < ROUNDS; round++) {
                on.read(cpu, used, PAGES, 4);
                on.pass(1);
            }

            assertThat(on.on(0, used, PAGES)).isEqualTo(PAGES);
            assertThat(on.on(1, idle, PAGES)).isEqualTo(PAGES);
            assertThat(on.machine.counter("pgpromote_success")).isEqualTo(PAGES);
            assertThat(on.space.why(used).cause()).isEqualTo(Cause.PROMOTION);
        }
    }

    /** {@return modelled time of reading what is larger than fast memory has room for, again and again} */
    private static long streamNs(List<String> daemons, long mostPages) {
        try (Stand on = expander(daemons);
                CpuContext cpu = on.space.attach(0)) {
            int stream = 2048;
            long at = on.written(0, stream);
            on.move(at, stream, 1);
            // Little room is left in fast memory, and nothing there is used.
            on.written(0, (int) (on.machine.nodes().getFirst().freePages() - 200));
            long ns = 0;
            for (int round = 0; round < ROUNDS; round++) {
                ns += on.read(cpu, at, stream, 20);
                on.pass(1);
            }
            long second = 1_000_000_000L;
            assertThat(on.machine.counter("pgpromote_success"))
                    .isLessThanOrEqualTo(mostPages * on.time.clock().nowNs() / second + mostPages / 10);
            return ns;
        }
    }

    @Test
    void shouldNotThrashWithAStreamBeyondTheLimit() {
        long without = streamNs(NONE, 0);
        long with = streamNs(List.of("balance(periodMinUs=20000,periodMaxUs=50000,scanPages=512,rateMBs=1)"), 256);

        assertThat(with).isLessThan(without * 11 / 10);
    }

    @Test
    void shouldPlantNothingWhereNoPageCouldBeBetter() {
        try (Stand on = new Stand("gh200", MachineSpec.LAST_RESORT, BALANCE);
                CpuContext cpu = on.space.attach(0)) {
            long at = on.written(0, PAGES);
            on.pass(20);
            on.read(cpu, at, PAGES, 1);

            assertThat(on.machine.counter("numa_pte_updates")).isZero();
            assertThat(on.machine.counter("numa_hint_faults")).isZero();
        }
    }

    @Test
    void shouldTakeFromADeviceThatOptedIn() {
        try (Stand on = new Stand("gh200", "managed(features=reclaim+numa_balancing+user_numa)", BALANCE);
                CpuContext cpu = on.space.attach(0)) {
            long at = on.written(0, PAGES);
            on.move(at, PAGES, 1);
            for (int round = 0; round < ROUNDS; round++) {
                on.read(cpu, at, PAGES, 4);
                on.pass(1);
            }

            assertThat(on.on(0, at, PAGES)).isEqualTo(PAGES);
            assertThat(on.machine.counter("pgpromote_success")).isEqualTo(PAGES);
        }
    }

    @Test
    void shouldMoveBetweenTiersOnlyWhenAskedTo() {
        try (Stand on = sockets(List.of("balance(mode=tiering,periodMinUs=5000)"));
                CpuContext cpu = on.space.attach(B)) {
            long at = on.written(A, PAGES);
            for (int round = 0; round < ROUNDS; round++) {
                on.read(cpu, at, PAGES, 4);
                on.pass(1);
            }

            assertThat(on.on(A, at, PAGES)).isEqualTo(PAGES);
            assertThat(on.machine.counter("numa_pte_updates")).isZero();
        }
    }
}

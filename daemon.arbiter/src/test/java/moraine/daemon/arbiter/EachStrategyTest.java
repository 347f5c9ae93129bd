package moraine.daemon.arbiter;

import static moraine.daemon.arbiter.Stand.CAPACITY;
import static moraine.daemon.arbiter.Stand.DEVICE;
import static moraine.daemon.arbiter.Stand.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.DaemonInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The arbiter under each strategy for coherent devices: it helps where reclaim may take the device's pages, and changes
 * nothing at all elsewhere. All tenants have their driver bring their pages, which every strategy lets it do.
 */
final class EachStrategyTest {
    private static final List<String> NONE = List.of();
    private static final List<String> ARBITER = List.of("arbiter(idle=5,keepUs=20000,periodUs=100,restUs=10000)");
    private static final int FILLING = CAPACITY - 96;
    private static final int WANTED = CAPACITY / 4;
    private static final int SWEEPS = 20;
    /** Pages of a tenant that crowds nobody: one for each block of its kernel. */
    private static final int FEW = 16;

    /**
     * How a tenant's program ended.
     *
     * @param ns modelled time of it
     * @param here its pages on the device then
     * @param idle pages of the idle tenant there
     * @param yielded pages that somebody had to yield
     */
    private record End(long ns, long here, long idle, long yielded) {}

    /** A program has its pages brought, prepares something on a CPU meanwhile, and then works on them on the device. */
    private static End program(String policy, List<String> daemons, boolean crowded) {
        try (Stand on = new Stand(policy, daemons)) {
            Stand.Tenant idle = on.undirected("idle", crowded ? FILLING : FEW);
            idle.prefetch();
            idle.sweep(1);
            long before = idle.on(DEVICE);
            assertThat(before).isEqualTo(idle.pages);
            long begun = on.now();
            Stand.Tenant starved = on.undirected("starved", WANTED);
            starved.prefetch();
            starved.compute(2000);
            for (int i = 0; i < SWEEPS; i++) {
                starved.prefetch();
                starved.sweep(40);
            }
            long ns = on.now() - begun;
            assertThat(idle.on(RAM) + idle.on(DEVICE)).isEqualTo(idle.pages);
            assertThat(idle.charged(DEVICE)).isEqualTo(idle.on(DEVICE));
            assertThat(starved.charged(DEVICE)).isEqualTo(starved.on(DEVICE));
            return new End(ns, starved.on(DEVICE), idle.on(DEVICE), on.yielded());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cdm(isolation=zonelist)",
                "cdm(isolation=cpuset)",
                "cdm(isolation=mask)",
                "managed(features=reclaim)"
            })
    void shouldLetTheStarvedEndAsIfAloneWhereReclaimMayTakePages(String policy) {
        End alone = program(policy, NONE, /* crowded= */ false);
        End without = program(policy, NONE, /* crowded= */ true);
        End with = program(policy, ARBITER, /* crowded= */ true);

        assertThat(alone.here()).isEqualTo(WANTED);
        assertThat(without.here()).isEqualTo(CAPACITY - FILLING);
        assertThat(without.ns()).as("starved without an arbiter").isGreaterThan(2 * alone.ns());
        assertThat(with.ns()).as("starved with an arbiter").isLessThan(alone.ns() * 110 / 100);
        assertThat(with.here()).isEqualTo(WANTED);
        assertThat(with.yielded()).isEqualTo(FILLING - with.idle()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"managed(features=user_numa)", "hmm(memory=coherent)"})
    void shouldChangeNothingWhereReclaimMayTakeNone(String policy) {
        assertThat(program(policy, ARBITER, /* crowded= */ true)).isEqualTo(program(policy, NONE, /* crowded= */ true));
    }

    /** A managed node that nobody opened keeps what its owner has there: others have to do without. */
    @Test
    void shouldLeaveTheOwnerOfAClosedNodeAllItHas() {
        End end = program("managed", ARBITER, /* crowded= */ true);

        assertThat(end.idle()).isEqualTo(FILLING);
        assertThat(end.here()).isEqualTo(CAPACITY - FILLING);
        assertThat(end.yielded()).isZero();
    }

    /** Faults of a device make room by themselves, with whatever was not used lately. */
    @Test
    void shouldNotBeNeededWhereFaultsMakeRoom() {
        End alone = program("hmm(memory=coherent)", NONE, /* crowded= */ false);
        End crowded = program("hmm(memory=coherent)", ARBITER, /* crowded= */ true);

        assertThat(crowded.ns()).isLessThan(2 * alone.ns());
        assertThat(crowded.here()).isGreaterThan(WANTED * 3 / 4);
        assertThat(crowded.yielded()).isZero();
    }

    @Test
    void shouldLookAtNobodysPagesWhereReclaimMayTakeNone() {
        try (Stand on = new Stand("managed(features=user_numa)", ARBITER)) {
            Stand.Tenant idle = on.undirected("idle", FILLING);
            idle.prefetch();
            Stand.Tenant starved = on.undirected("starved", WANTED);
            for (int i = 0; i < 100; i++) {
                starved.prefetch();
                on.passUs(100);
            }

            assertThat(idle.on(DEVICE)).isEqualTo(FILLING);
            assertThat(on.machine.daemons())
                    .singleElement()
                    .returns(DaemonInfo.State.RUNNING, DaemonInfo::state)
                    .returns(0L, DaemonInfo::scannedPages);
        }
    }
}

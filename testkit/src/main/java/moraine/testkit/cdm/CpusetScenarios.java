package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;

/** A tenant's nodes are the last word, now and when they change. */
final class CpusetScenarios {
    private static final long SOME = 8;

    private CpusetScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("cpuset_is_authoritative", CpusetScenarios::authoritative),
                Scenario.claimed("cpuset_node_dropped", Claim.BIND, CpusetScenarios::dropped),
                Scenario.claimed("rebind_never_retargets", Claim.BIND, CpusetScenarios::rebind));
    }

    private static void allow(TwoDevices on, int... nodes) {
        on.machine().tenant(on.tenant(), NodeSet.of(nodes), List.of());
    }

    private static void authoritative(Rig rig) {
        TwoDevices on = rig.on(LOCAL, FAR);
        long at = on.map(SOME);
        for (MemoryPolicy policy :
                List.of(MemoryPolicy.bind(C), MemoryPolicy.preferred(C), MemoryPolicy.interleave(C, OTHER_C))) {
            assertThat(TwoDevices.errno(() -> on.space().mbind(at, SOME * Pages.SIZE, policy)))
                    .as(policy.toString())
                    .isEqualTo("EINVAL");
        }
        on.touch(at, SOME);
        assertThat(TwoDevices.errno(() -> on.space().movePages(new long[] {at}, new int[] {C}, false)))
                .isEqualTo("EACCES");
        assertThat(on.device(C)
                        .migrateToDevice(on.space(), at, SOME * Pages.SIZE)
                        .skippedPages())
                .as("pages that the driver may not move there")
                .isEqualTo(SOME);
        assertThat(on.where(at, SOME)).isEqualTo("0");
        on.expect(at, SOME);
    }

    /** Faults fall back to RAM, nobody is killed, and the binding holds again when the node is back. */
    private static void dropped(Rig rig) {
        TwoDevices on = rig.on(LOCAL, C, OTHER_C, FAR);
        long at = on.map(3 * SOME);
        on.space().mbind(at, 3 * SOME * Pages.SIZE, MemoryPolicy.bind(C));
        assertThat(on.touch(at, SOME)).isEqualTo("1");
        allow(on, LOCAL, FAR);
        assertThat(on.touch(at, 2 * SOME)).isEqualTo("0 1");
        assertThat(on.where(at + SOME * Pages.SIZE, SOME)).isEqualTo("0");
        allow(on, LOCAL, C, OTHER_C, FAR);
        assertThat(on.touch(at, 3 * SOME)).isEqualTo("0 1");
        assertThat(on.where(at + 2 * SOME * Pages.SIZE, SOME)).isEqualTo("1");
        on.expect(at, 3 * SOME);
    }

    /** Another device never stands in for one that the tenant lost. */
    private static void rebind(Rig rig) {
        TwoDevices on = rig.on(LOCAL, C, FAR);
        for (MemoryPolicy.Flag flag : List.of(MemoryPolicy.Flag.NONE, MemoryPolicy.Flag.STATIC_NODES)) {
            allow(on, LOCAL, C, FAR);
            long at = on.map(2 * SOME);
            MemoryPolicy policy = MemoryPolicy.bind(C).with(flag);
            on.space().mbind(at, 2 * SOME * Pages.SIZE, policy);
            allow(on, LOCAL, OTHER_C, FAR);
            assertThat(on.touch(at, SOME)).as("%s without its node", policy).isEqualTo("0");
            assertThat(on.mapping(at).policy()).isEqualTo(policy);
            allow(on, LOCAL, C, FAR);
            on.touch(at, 2 * SOME);
            assertThat(on.where(at + SOME * Pages.SIZE, SOME))
                    .as("%s with it again", policy)
                    .isEqualTo("1");
        }
    }
}

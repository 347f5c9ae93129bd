package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;

/** Policies of whole spaces, and home nodes. */
final class MempolicyScenarios {
    private static final long SOME = 8;

    private MempolicyScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.claimed("mempolicy_of_a_space", Claim.BIND, MempolicyScenarios::ofASpace),
                Scenario.claimed("mempolicy_is_gated", Claim.BIND_REFUSED, MempolicyScenarios::gated),
                Scenario.always("home_is_only_a_hint", MempolicyScenarios::home));
    }

    private static void ofASpace(Rig rig) {
        TwoDevices on = rig.on();
        on.space().memoryPolicy(MemoryPolicy.bind(C));
        long at = on.map(SOME);
        assertThat(on.touch(at, SOME)).isEqualTo("1");
        try (AddressSpace child = on.space().fork("child")) {
            assertThat(child.memoryPolicy()).isEqualTo(MemoryPolicy.bind(C));
        }
        on.space().memoryPolicy(MemoryPolicy.DEFAULT);
        assertThat(on.touch(on.map(SOME), SOME)).isEqualTo("0");
        assertThat(on.where(at, SOME)).as("pages that exist").isEqualTo("1");
    }

    private static void gated(Rig rig) {
        TwoDevices on = rig.on();
        for (MemoryPolicy policy :
                List.of(MemoryPolicy.bind(C, OTHER_C), MemoryPolicy.preferred(C), MemoryPolicy.weightedInterleave(C))) {
            assertThat(TwoDevices.errno(() -> on.space().memoryPolicy(policy)))
                    .as(policy.toString())
                    .isEqualTo("EINVAL");
        }
        assertThat(on.space().memoryPolicy()).isEqualTo(MemoryPolicy.DEFAULT);
        on.space().memoryPolicy(MemoryPolicy.weightedInterleave(LOCAL, C, FAR));
        assertThat(on.touch(on.map(8 * SOME), 8 * SOME)).isEqualTo("0 8");
    }

    /** It says where to begin, opens no node, and is not obeyed when it is full. */
    private static void home(Rig rig) {
        TwoDevices on = rig.on();
        long hinted = on.map(SOME);
        on.space()
                .mbind(
                        hinted,
                        SOME * Pages.SIZE,
                        MemoryPolicy.preferredMany(LOCAL, FAR).home(C));
        assertThat(on.touch(hinted, SOME)).isIn("0", "8");
        long pages = PAGES + SOME;
        long at = on.map(pages);
        on.space().mbind(at, pages * Pages.SIZE, MemoryPolicy.bind(LOCAL, FAR).home(FAR));
        assertThat(on.touch(at, 1)).isEqualTo("8");
        assertThat(on.touch(at, pages)).isEqualTo("0 8");
    }
}

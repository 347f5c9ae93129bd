package moraine.policy.managed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import moraine.testkit.cdm.Designs;
import moraine.testkit.cdm.RuleTable;
import moraine.testkit.cdm.TwoDevices;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may get a page of a managed node: nobody but its driver, until a feature lets somebody in. */
final class ManagedRuleTableTest {
    static Stream<RuleTable.Cell> cells() {
        return RuleTable.cells(
                Designs.MANAGED_NODES,
                "managed",
                "managed(features=user_numa)",
                "managed(features=reclaim+demotion+numa_balancing)");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldLetInWhomAFeatureLetsIn(RuleTable.Cell cell) {
        try (TwoDevices on =
                ManagedMachines.make(cell.policy(), cell.requester().allowed())) {
            assertThat(cell.requester().ask(on)).isEqualTo(cell.expected());
        }
    }
}

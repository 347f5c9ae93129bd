package moraine.policy.cdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import moraine.testkit.cdm.Designs;
import moraine.testkit.cdm.RuleTable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may get a page of a coherent device, in each of the designs that were posted for Linux in 2017. */
final class RuleTableTest {
    static Stream<RuleTable.Cell> cells() {
        return RuleTable.cells(
                Designs.COHERENT_NODES,
                "cdm(isolation=zonelist)",
                "cdm(isolation=cpuset)",
                "cdm(isolation=cpuset,thisNode=false)",
                "cdm(isolation=mask)");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void shouldGiveWhatTheDesignGives(RuleTable.Cell cell) {
        try (var on = TwoDeviceMachines.make(cell.policy(), cell.requester().allowed())) {
            assertThat(cell.requester().ask(on)).isEqualTo(cell.expected());
        }
    }
}

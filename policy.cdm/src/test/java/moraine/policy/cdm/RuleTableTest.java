package moraine.policy.cdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.testkit.cdm.Designs;
import moraine.testkit.cdm.RuleTable;
import moraine.testkit.cdm.TwoDevices;
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
        var providers = new Providers();
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        var factory = new MachineFactoryImpl(providers, Limits.DEFAULT);
        try (var on =
                new TwoDevices(factory, "gpu", cell.policy(), cell.requester().allowed())) {
            assertThat(cell.requester().ask(on)).isEqualTo(cell.expected());
        }
    }
}

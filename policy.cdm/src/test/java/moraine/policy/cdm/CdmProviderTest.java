package moraine.policy.cdm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Verdict;
import moraine.testkit.HandBuilt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CdmProviderTest {
    private final CdmProvider provider = new CdmProvider();

    @Test
    void shouldDriveMachinesWhoseDevicesAreCoherent() {
        assertThat(provider.check(HandBuilt.superchip(), Parameters.NONE)).isEqualTo(Verdict.YES);
        assertThat(provider.check(HandBuilt.twoSockets(), Parameters.NONE.with("isolation", "zonelist")))
                .isEqualTo(Verdict.YES);
    }

    @Test
    void shouldRefuseADeviceThatIsNotCoherentByName() {
        assertThat(provider.check(HandBuilt.withBusDevice(), Parameters.NONE))
                .isEqualTo(
                        Verdict.no("device gpu1 (node 2) is not coherent: CPUs cannot address its memory, so it cannot"
                                + " be a NUMA node; use hmm"));
    }

    @Test
    void shouldNameTheInstanceWithItsParameters() {
        var parameters = Parameters.NONE.with("isolation", "zonelist");

        try (var policy = provider.create(new RecordingContext(HandBuilt.superchip()), parameters)) {
            assertThat(policy.name()).isEqualTo("cdm(isolation=zonelist)");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "isolation | zone | parameter isolation=zone is not offered; choose zonelist, cpuset or mask",
                "thisNode | false | parameter thisNode with isolation=zonelist; it belongs to isolation=cpuset",
                "counterThreshold | 0 | parameter counterThreshold=0 accesses is not within 1 to"
                        + " 2147483647; 256 is usual",
                "counterThreshold | lots | parameter counterThreshold=lots is not a whole number",
                "largePages | 1 | parameter largePages=1 is not true or false",
                "spill | all | parameter spill=all is not offered; choose none, out, in or both",
                "full | kill | parameter full=kill is not offered; choose fail, reclaim or end",
                "threshold | 1 | cdm has no parameter threshold, only counterThreshold, full, isolation, largePages,"
                        + " spill, thisNode",
            })
    void shouldRefuseABadParameterInALine(String name, String value, String message) {
        var parameters = Parameters.NONE.with(name, value);

        assertThat(provider.check(HandBuilt.superchip(), parameters)).isEqualTo(Verdict.no(message));
        assertThatThrownBy(() -> CdmSettings.of(parameters))
                .isInstanceOf(MoraineException.class)
                .hasMessage(message);
    }
}

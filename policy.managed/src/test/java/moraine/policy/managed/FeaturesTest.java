package moraine.policy.managed;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Verdict;
import moraine.testkit.HandBuilt;
import moraine.testkit.cdm.TwoDevices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Features are checked once, fixed while the node holds memory, and never adjusted. */
final class FeaturesTest {
    private final ManagedProvider provider = new ManagedProvider();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "features | demotion | parameter features=demotion has demotion without reclaim: it would only fill up;"
                        + " add reclaim",
                "gpu0 | user_numa+numa_balancing | parameter gpu0=user_numa+numa_balancing has numa_balancing without"
                        + " reclaim: nothing would make room again; add reclaim",
                "features | swap | parameter features names feature 'swap'; there are reclaim, demotion, user_numa,"
                        + " numa_balancing, ltpin, joined by +, or none",
                "gpu7 | none | managed has no parameter gpu7, only features, gpu0, largePages; did you mean gpu0?",
                "largePages | 1 | parameter largePages=1 is not true or false",
            })
    void shouldRefuseWhatContradictsItself(String name, String value, String message) {
        var parameters = Parameters.NONE.with(name, value);
        assertThat(provider.check(HandBuilt.superchip(), parameters)).isEqualTo(Verdict.no(message));
    }

    @Test
    void shouldRefuseADeviceThatIsNotCoherent() {
        assertThat(provider.check(HandBuilt.withBusDevice(), Parameters.NONE).reason())
                .contains("device gpu1 (node 2) is not coherent");
    }

    @Test
    void shouldOpenNothingByItself() {
        MemoryType type = Features.parse("features", "none").type();
        assertThat(type.attributes())
                .containsExactlyInAnyOrder(
                        Attribute.CPU_ADDRESSABLE,
                        Attribute.DEVICE_ADDRESSABLE,
                        Attribute.COHERENT,
                        Attribute.MOVABLE,
                        Attribute.HOT_REMOVABLE);
        assertThat(type.pinLong()).isEqualTo(PinRule.DENY);
    }

    @Test
    void shouldGiveEachNodeItsOwnFeatures() {
        try (TwoDevices on = ManagedMachines.make("managed(gpu1=user_numa)")) {
            long at = on.map(2);
            on.space().mbind(at, Pages.SIZE, MemoryPolicy.bind(C));
            assertThat(on.touch(at, 1)).isEqualTo("1");
            assertThatThrownBy(() -> on.space().mbind(at + Pages.SIZE, Pages.SIZE, MemoryPolicy.bind(OTHER_C)))
                    .hasMessageContaining("leaves no node");
        }
    }

    @Test
    void shouldKeepFeaturesWhileANodeHoldsMemory() {
        try (TwoDevices on = ManagedMachines.make("managed(features=user_numa)")) {
            long at = on.map(1);
            on.space().mbind(at, Pages.SIZE, MemoryPolicy.bind(C));
            on.touch(at, 1);
            ExchangeReport refused = on.machine().policies().use("managed(features=user_numa+ltpin)", false);
            assertThat(refused.reason())
                    .contains("node 1 (n1) holds 1 pages as managed:user_numa and cannot become"
                            + " managed:user_numa+ltpin; free them first");
            on.space().munmap(at, Pages.SIZE);
            on.machine().policies().use("managed(features=user_numa+ltpin)", false);
            assertThat(on.machine().policies().active()).isEqualTo("managed(features=user_numa+ltpin)");
        }
    }

    @Test
    void shouldFailALongPinAndLeaveThePageUnlessTheyAreLetIn() {
        for (boolean open : new boolean[] {false, true}) {
            try (TwoDevices on = ManagedMachines.make("managed(features=user_numa" + (open ? "+ltpin)" : ")"))) {
                long at = on.map(1);
                on.space().mbind(at, Pages.SIZE, MemoryPolicy.bind(C));
                on.touch(at, 1);
                String outcome = TwoDevices.errno(() -> on.space()
                        .pin(at, Pages.SIZE, PinKind.LONG, Intent.WRITE)
                        .close());
                assertThat(outcome).isEqualTo(open ? "" : Errno.EACCES.toString());
                assertThat(on.where(at, 1)).isEqualTo("1");
            }
        }
    }
}

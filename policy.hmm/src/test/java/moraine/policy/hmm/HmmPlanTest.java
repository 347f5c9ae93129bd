package moraine.policy.hmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Zonelist;
import moraine.testkit.HandBuilt;
import org.junit.jupiter.api.Test;

final class HmmPlanTest {
    private static Plan plan(HandBuilt machine, Parameters parameters) {
        return new HmmPolicy("hmm", HmmSettings.of(parameters)).plan(machine);
    }

    private static Plan plan(HandBuilt machine) {
        return plan(machine, Parameters.NONE);
    }

    @Test
    void shouldHideTheDeviceFromEveryListButThatOfItsFaults() {
        assertThat(plan(HandBuilt.superchip()).representation().zonelists())
                .containsExactlyInAnyOrder(
                        new Zonelist(0, null, List.of(0), List.of(0)),
                        new Zonelist(1, null, List.of(0), List.of(1)),
                        new Zonelist(1, Reason.DEVICE_FAULT, List.of(1, 0), List.of(1)),
                        new Zonelist(1, Reason.DEMOTION, List.of(0), List.of()),
                        new Zonelist(1, Reason.PROMOTION, List.of(0), List.of()));
    }

    @Test
    void shouldRankRamByTheLatencyOfEachInitiator() {
        assertThat(plan(HandBuilt.twoSockets()).representation().zonelists())
                .containsExactlyInAnyOrder(
                        new Zonelist(0, null, List.of(0, 1, 2), List.of(0)),
                        new Zonelist(1, null, List.of(1, 2, 0), List.of(1)),
                        new Zonelist(2, null, List.of(2, 1, 0), List.of(2)),
                        new Zonelist(3, null, List.of(0, 1, 2), List.of(3)),
                        new Zonelist(4, null, List.of(2, 1, 0), List.of(4)),
                        new Zonelist(3, Reason.DEVICE_FAULT, List.of(3, 0, 1, 2), List.of(3)),
                        new Zonelist(4, Reason.DEVICE_FAULT, List.of(4, 2, 1, 0), List.of(4)),
                        new Zonelist(3, Reason.DEMOTION, List.of(0, 1, 2), List.of()),
                        new Zonelist(4, Reason.DEMOTION, List.of(2, 1, 0), List.of()),
                        new Zonelist(3, Reason.PROMOTION, List.of(0, 1, 2), List.of()),
                        new Zonelist(4, Reason.PROMOTION, List.of(2, 1, 0), List.of()));
    }

    @Test
    void shouldMakeEveryDevicePrivateWhetherCoherentOrNot() {
        assertThat(plan(HandBuilt.withBusDevice()).representation().types())
                .hasSize(2)
                .containsEntry(1, HmmPolicy.DEVICE_PRIVATE)
                .containsEntry(2, HmmPolicy.DEVICE_PRIVATE);
    }

    @Test
    void shouldGiveDevicePrivateMemoryTheseAttributesAlone() {
        MemoryType type = HmmPolicy.DEVICE_PRIVATE;

        assertThat(type.attributes())
                .containsExactlyInAnyOrder(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.HOT_REMOVABLE);
        assertThat(type.pinShort()).isEqualTo(PinRule.MIGRATE_FIRST);
        assertThat(type.pinLong()).isEqualTo(PinRule.MIGRATE_FIRST);
    }

    @Test
    void shouldMigrateOnDeviceFaultsAndBringBackWindows() {
        Plan plan = plan(HandBuilt.superchip());

        assertThat(plan.deviceRules()).containsExactly(DeviceRule.always(DeviceAction.MIGRATE));
        assertThat(plan.migratePages()).isEqualTo(16);
        assertThat(plan.bringBackPages()).isEqualTo(16);
        assertThat(plan.largePages()).isFalse();
        assertThat(plan.prefetchPercent()).isZero();
        assertThat(plan.representation().selection()).isEqualTo(ListSelection.LOCAL);
        assertThat(plan.representation().defaultMask()).isEqualTo(NodeSet.ALL);
        assertThat(plan.representation().admissions()).isEmpty();
    }

    @Test
    void shouldTakeWindowsFromParameters() {
        Plan plan = plan(
                HandBuilt.superchip(),
                Parameters.NONE
                        .with("migratePages", "64")
                        .with("bringBackPages", "1")
                        .with("largePages", "true")
                        .with("prefetchPercent", "51"));

        assertThat(plan.migratePages()).isEqualTo(64);
        assertThat(plan.bringBackPages()).isEqualTo(1);
        assertThat(plan.largePages()).isTrue();
        assertThat(plan.prefetchPercent()).isEqualTo(51);
    }
}

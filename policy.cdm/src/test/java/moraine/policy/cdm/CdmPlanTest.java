package moraine.policy.cdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Zonelist;
import moraine.testkit.HandBuilt;
import org.junit.jupiter.api.Test;

final class CdmPlanTest {
    private static Plan plan(HandBuilt machine) {
        return new CdmPolicy("cdm", CdmSettings.of(Parameters.NONE), new RecordingContext(machine)).plan(machine);
    }

    @Test
    void shouldHaveTheDevicesZonesInItsOwnListOnly() {
        assertThat(plan(HandBuilt.superchip()).representation().zonelists())
                .containsExactlyInAnyOrder(
                        new Zonelist(0, null, List.of(0), List.of(0)),
                        new Zonelist(1, null, List.of(1, 0), List.of(1)),
                        new Zonelist(1, Reason.EVICTION, List.of(0), List.of(1)),
                        new Zonelist(1, Reason.CONVERSION, List.of(0), List.of(1)),
                        new Zonelist(1, Reason.REMOVAL, List.of(0), List.of(1)),
                        new Zonelist(0, Reason.UNMOVABLE, List.of(0), List.of(0)),
                        new Zonelist(1, Reason.UNMOVABLE, List.of(0), List.of(0)),
                        new Zonelist(0, Reason.LARGE_ONLY, List.of(0), List.of(0)),
                        new Zonelist(1, Reason.LARGE_ONLY, List.of(0), List.of(0)),
                        new Zonelist(0, Reason.DEMOTION, List.of(0), List.of(0)),
                        new Zonelist(1, Reason.DEMOTION, List.of(0), List.of(0)),
                        new Zonelist(0, Reason.PROMOTION, List.of(0), List.of(0)),
                        new Zonelist(1, Reason.PROMOTION, List.of(0), List.of(0)));
    }

    @Test
    void shouldFallBackFromADeviceToRamByDistanceAndToNoOtherDevice() {
        assertThat(plan(HandBuilt.twoSockets()).representation().zonelists())
                .filteredOn(list -> list.reason() == null)
                .containsExactlyInAnyOrder(
                        new Zonelist(0, null, List.of(0, 1, 2), List.of(0)),
                        new Zonelist(1, null, List.of(1, 2, 0), List.of(1)),
                        new Zonelist(2, null, List.of(2, 1, 0), List.of(2)),
                        new Zonelist(3, null, List.of(3, 0, 1, 2), List.of(3)),
                        new Zonelist(4, null, List.of(4, 2, 1, 0), List.of(4)));
    }

    @Test
    void shouldConfineRequestsWithoutAMaskToRam() {
        Plan plan = plan(HandBuilt.twoSockets());

        assertThat(plan.representation().defaultMask()).isEqualTo(NodeSet.of(0, 1, 2));
        assertThat(plan.representation().selection()).isEqualTo(ListSelection.FIRST_OF_MASK);
        assertThat(plan.representation().admissions()).isEmpty();
    }

    @Test
    void shouldMapRemotelyAndMoveNothingOnFaults() {
        Plan plan = plan(HandBuilt.superchip());

        assertThat(plan.deviceRules()).containsExactly(DeviceRule.always(DeviceAction.MAP_REMOTE));
        assertThat(plan.migratePages()).isEqualTo(1);
        assertThat(plan.bringBackPages()).isEqualTo(1);
    }

    @Test
    void shouldMakeDevicesBindableNodesThatServicesLeaveAlone() {
        assertThat(plan(HandBuilt.twoSockets()).representation().types())
                .hasSize(2)
                .containsEntry(3, CdmRepresentation.COHERENT_DEVICE)
                .containsEntry(4, CdmRepresentation.COHERENT_DEVICE);
        assertThat(CdmRepresentation.COHERENT_DEVICE.attributes())
                .contains(Attribute.CPU_ADDRESSABLE, Attribute.USER_BINDABLE, Attribute.ON_LRU, Attribute.MOVABLE)
                .doesNotContain(Attribute.MERGEABLE, Attribute.HINT_FAULTABLE, Attribute.DEMOTION_TARGET);
        assertThat(CdmRepresentation.COHERENT_DEVICE.pinShort()).isEqualTo(PinRule.ALLOW);
        assertThat(CdmRepresentation.COHERENT_DEVICE.pinLong()).isEqualTo(PinRule.MIGRATE_FIRST);
    }
}

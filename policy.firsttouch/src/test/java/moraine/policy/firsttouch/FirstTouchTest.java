package moraine.policy.firsttouch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Verdict;
import moraine.core.api.model.Zonelist;
import moraine.testkit.HandBuilt;
import org.junit.jupiter.api.Test;

final class FirstTouchTest {
    private final FirstTouchProvider provider = new FirstTouchProvider();

    private static Plan plan(HandBuilt machine) {
        return new FirstTouchPolicy("first-touch", false).plan(machine);
    }

    @Test
    void shouldRankTheTouchersOwnNodeFirst() {
        assertThat(plan(HandBuilt.superchip()).representation().zonelists())
                .filteredOn(list -> list.reason() == null)
                .containsExactlyInAnyOrder(
                        new Zonelist(0, null, List.of(0, 1), List.of(0)),
                        new Zonelist(1, null, List.of(1, 0), List.of(1)));
    }

    @Test
    void shouldTreatCoherentDevicesAsNodesLikeEveryOther() {
        assertThat(plan(HandBuilt.twoSockets()).representation().zonelists())
                .filteredOn(list -> list.reason() == null)
                .containsExactlyInAnyOrder(
                        new Zonelist(0, null, List.of(0, 1, 2, 3, 4), List.of(0)),
                        new Zonelist(1, null, List.of(1, 2, 0, 4, 3), List.of(1)),
                        new Zonelist(2, null, List.of(2, 1, 0, 3, 4), List.of(2)),
                        new Zonelist(3, null, List.of(3, 0, 4, 1, 2), List.of(3)),
                        new Zonelist(4, null, List.of(4, 2, 1, 3, 0), List.of(4)));
    }

    @Test
    void shouldKeepADeviceBehindABusOutOfTheListsOfOthers() {
        assertThat(plan(HandBuilt.withBusDevice()).representation().zonelists())
                .filteredOn(list -> list.reason() == null)
                .containsExactlyInAnyOrder(
                        new Zonelist(0, null, List.of(0, 1), List.of(0)),
                        new Zonelist(1, null, List.of(1, 0), List.of(1)),
                        new Zonelist(2, null, List.of(2, 0, 1), List.of(2)));
    }

    @Test
    void shouldLeadPagesThatLeaveAHiddenDeviceToRamOnly() {
        assertThat(plan(HandBuilt.withBusDevice()).representation().zonelists())
                .filteredOn(list -> list.node() == 2)
                .contains(
                        new Zonelist(2, Reason.BRING_BACK, List.of(0), List.of()),
                        new Zonelist(2, Reason.EVICTION, List.of(0), List.of()),
                        new Zonelist(2, Reason.CONVERSION, List.of(0), List.of()),
                        new Zonelist(2, Reason.REMOVAL, List.of(0), List.of()));
    }

    @Test
    void shouldChooseTheTypeByCoherence() {
        assertThat(plan(HandBuilt.withBusDevice()).representation().types())
                .hasSize(2)
                .containsEntry(1, FirstTouchPolicy.COHERENT_DEVICE)
                .containsEntry(2, FirstTouchPolicy.DEVICE_PRIVATE);
        assertThat(FirstTouchPolicy.COHERENT_DEVICE.has(Attribute.CPU_ADDRESSABLE))
                .isTrue();
        assertThat(FirstTouchPolicy.DEVICE_PRIVATE.has(Attribute.CPU_ADDRESSABLE))
                .isFalse();
    }

    @Test
    void shouldMoveNothing() {
        Plan plan = plan(HandBuilt.superchip());

        assertThat(plan.deviceRules()).containsExactly(DeviceRule.always(DeviceAction.MAP_REMOTE));
        assertThat(plan.bringBackPages()).isEqualTo(1);
        assertThat(plan.migratePages()).isEqualTo(1);
    }

    @Test
    void shouldDriveEveryMachineAndRefuseUnknownParameters() {
        assertThat(provider.check(HandBuilt.withBusDevice(), Parameters.NONE)).isEqualTo(Verdict.YES);
        assertThat(provider.check(HandBuilt.superchip(), Parameters.NONE.with("window", "4")))
                .isEqualTo(Verdict.no("first-touch has no parameter window, only largePages"));
        assertThat(provider.check(HandBuilt.superchip(), Parameters.NONE.with("largePages", "no")))
                .isEqualTo(Verdict.no("parameter largePages=no is not true or false"));
    }
}

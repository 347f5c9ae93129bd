package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Memory types and owners decide what moves where. */
final class SelectionTest {
    private final MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void shouldLeaveWhatIsNotMovable() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        int type = rig.frames.type(pfn);
        var stuck = new MemoryType("stuck", Set.of(Attribute.CPU_ADDRESSABLE), PinRule.ALLOW, PinRule.ALLOW);
        rig.frames.type(pfn, rig.rooms.types.intern(stuck));

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertThat(rig.pfn(at)).isEqualTo(pfn);
        rig.frames.type(pfn, type);
    }

    @Test
    void shouldBringBackOnlyWhatTheCpuCannotReach() {
        long at = rig.mapped(2, 2);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        long second = rig.pfn(MigrationRig.page(at, 1));
        rig.agent.batch().order().off(0, Reason.BRING_BACK, Cause.COHERENCE, 0);

        assertThat(rig.run(at, 2)).isEqualTo(1);

        assertThat(rig.frames.node(rig.pfn(at))).isZero();
        assertThat(rig.pfn(MigrationRig.page(at, 1))).isEqualTo(second);
    }

    @Test
    void shouldTakeReachablePagesOffForOtherReasons() {
        long at = rig.mapped(1, 1);
        long pfn = rig.pfn(at);
        rig.agent.batch().order().off(0, Reason.REMOVAL, Cause.REMOVAL, 0);

        assertThat(rig.run(at, 1)).isEqualTo(1);

        assertThat(rig.pfn(at)).isNotEqualTo(pfn);
    }

    @Test
    void shouldNotMoveBetweenDevicesOfDifferentOwners() {
        long at = rig.mapped(1, 1);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        long pfn = rig.pfn(at);

        assertThat(rig.move(at, 1, OTHER)).isZero();

        assertThat(rig.pfn(at)).isEqualTo(pfn);
    }

    @Test
    void shouldMoveBetweenDevicesOfOneOwner() {
        long at = rig.mapped(1, 1);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        rig.rooms.owner(OTHER, rig.rooms.owner(NEAR));

        assertThat(rig.move(at, 1, OTHER)).isEqualTo(1);

        assertThat(rig.frames.node(rig.pfn(at))).isEqualTo(OTHER);
    }

    @Test
    void shouldNotMoveSharedPagesToMemoryThatHoldsNoFiles() {
        long at = rig.shared(1);
        long pfn = rig.pfn(at);

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertThat(rig.pfn(at)).isEqualTo(pfn);
    }

    @Test
    void shouldCountWhatIsThereAlready() {
        long at = rig.mapped(2, 2);
        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);
        long pfn = rig.pfn(at);

        assertThat(rig.move(at, 2, NEAR)).isEqualTo(1);

        assertThat(rig.agent.batch().already()).isEqualTo(1);
        assertThat(rig.pfn(at)).isEqualTo(pfn);
    }
}

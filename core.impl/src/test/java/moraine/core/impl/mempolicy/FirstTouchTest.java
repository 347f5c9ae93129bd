package moraine.core.impl.mempolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MemoryPolicy.Flag;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a first touch makes a page, by mode and scope of the memory policy. */
final class FirstTouchTest {
    private PolicyRig rig;

    @BeforeEach
    void open() {
        rig = new PolicyRig();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private long bound(int pages, MemoryPolicy policy) {
        long at = rig.map(pages);
        rig.space.mbind(at, (long) pages * Pages.SIZE, policy);
        return at;
    }

    @Test
    void shouldBeginAtTheNearestNodeOfABinding() {
        assertThat(rig.touch(bound(2, MemoryPolicy.bind(1, 3)), 2)).containsOnly(1);
        assertThat(rig.touch(bound(2, MemoryPolicy.bind(2, 3)), 2)).containsOnly(2);
    }

    @Test
    void shouldBeginAtTheHomeNodeOfABinding() {
        long at = bound(2, MemoryPolicy.bind(0, 1, 3).home(1));
        assertThat(rig.touch(at, 2)).containsOnly(1);
        at = bound(2, MemoryPolicy.preferredMany(0, 1, 3).home(1));
        assertThat(rig.touch(at, 2)).containsOnly(1);
    }

    @Test
    void shouldEndInsideABindingThatIsFull() {
        int all = (int) PolicyRig.NODE_PAGES;
        long at = bound(all + 1, MemoryPolicy.bind(3));
        assertThatThrownBy(() -> rig.touch(at, all + 1)).hasMessageContaining("memory policy");
        assertThat(rig.machine.nodes().get(0).freePages()).isEqualTo(PolicyRig.NODE_PAGES);
    }

    @Test
    void shouldSpillWhereNodesAreOnlyPreferred() {
        int all = (int) PolicyRig.NODE_PAGES;
        long at = bound(2 * all + 1, MemoryPolicy.preferredMany(2, 3));
        List<Integer> nodes = rig.touch(at, 2 * all + 1);
        assertThat(nodes.subList(0, all / 2)).containsOnly(2);
        assertThat(nodes).contains(3);
        assertThat(nodes.getLast()).isLessThan(2);
        at = bound(8, MemoryPolicy.preferred(3));
        assertThat(rig.touch(at, 8)).doesNotContain(2);
    }

    @Test
    void shouldTakeTurnsByPageAndNotByTouch() {
        long at = bound(6, MemoryPolicy.interleave(0, 2, 3));
        int first = (int) ((at >>> Pages.SHIFT) % 3);
        List<Integer> turns = List.of(0, 2, 3);
        for (int page : new int[] {5, 0, 3, 1, 4, 2}) {
            assertThat(rig.touch(at + (long) page * Pages.SIZE, 1)).containsExactly(turns.get((first + page) % 3));
        }
    }

    @Test
    void shouldGiveEachNodeAsManyTurnsAsItsWeight() {
        rig.machine.interleaveWeight(0, 3);
        rig.machine.interleaveWeight(2, 1);
        long at = bound(400, MemoryPolicy.weightedInterleave(0, 2));
        List<Integer> nodes = rig.touch(at, 400);
        assertThat(nodes.stream().filter(node -> node == 0).count()).isEqualTo(300);
        int start = (int) ((at >>> Pages.SHIFT) % 4);
        for (int page = 0; page < 400; page++) {
            assertThat(nodes.get(page)).isEqualTo((start + page) % 4 == 3 ? 2 : 0);
        }
    }

    @Test
    void shouldWeighNodesByTheirBandwidth() {
        assertThat(rig.machine.interleaveWeights()).containsExactly(3, 3, 1, 1);
        rig.machine.interleaveWeight(1, 200);
        assertThat(rig.machine.interleaveWeights()).containsExactly(3, 200, 1, 1);
        rig.machine.interleaveWeight(1, 0);
        assertThat(rig.machine.interleaveWeights()).containsExactly(3, 3, 1, 1);
        assertThatThrownBy(() -> rig.machine.interleaveWeight(1, 256)).hasMessageContaining("outside 1...255");
        assertThatThrownBy(() -> rig.machine.interleaveWeight(9, 1)).hasMessageContaining("no node 9");
    }

    @Test
    void shouldAskTheRangeThenTheTaskThenTheSpace() {
        rig.space.memoryPolicy(MemoryPolicy.bind(1));
        assertThat(rig.touch(rig.map(1), 1)).containsExactly(1);
        rig.cpu.memoryPolicy(MemoryPolicy.bind(2));
        assertThat(rig.touch(rig.map(1), 1)).containsExactly(2);
        assertThat(rig.touch(bound(1, MemoryPolicy.bind(3)), 1)).containsExactly(3);
        assertThat(rig.touch(bound(1, MemoryPolicy.LOCAL), 1)).containsExactly(0);
        rig.cpu.memoryPolicy(MemoryPolicy.DEFAULT);
        assertThat(rig.touch(bound(1, MemoryPolicy.DEFAULT), 1)).containsExactly(1);
        try (CpuContext other = rig.space.attach(1)) {
            rig.cpu.memoryPolicy(MemoryPolicy.bind(3));
            assertThat(rig.touch(other, rig.map(1), 1)).containsExactly(1);
        }
    }

    @Test
    void shouldInheritThePoliciesOfASpaceThatForks() {
        rig.space.memoryPolicy(MemoryPolicy.bind(2));
        long at = bound(2, MemoryPolicy.bind(3));
        try (AddressSpace child = rig.space.fork("child");
                CpuContext context = child.attach(0)) {
            assertThat(child.memoryPolicy()).isEqualTo(MemoryPolicy.bind(2));
            assertThat(rig.touch(context, child.mmap(MapRequest.anonymous(Pages.SIZE)), 1))
                    .containsExactly(2);
            assertThat(rig.touch(context, at, 2)).containsOnly(3);
        }
    }

    @Test
    void shouldShareThePolicyOfSharedMemory() {
        long at = rig.space.mmap(MapRequest.anonymous(8 * Pages.SIZE).shared());
        try (AddressSpace child = rig.space.fork("child");
                CpuContext context = child.attach(0)) {
            child.mbind(at + 2 * Pages.SIZE, 4 * Pages.SIZE, MemoryPolicy.bind(3));
            assertThat(rig.touch(at, 8)).containsExactly(0, 0, 3, 3, 3, 3, 0, 0);
            assertThat(PolicyRig.nodes(child, at, 8)).containsOnly(-1);
            assertThat(context.getLong(at + 2 * Pages.SIZE)).isEqualTo(at + 2 * Pages.SIZE);
        }
        assertThat(rig.space.info().mappings()).hasSize(1);
    }

    @Test
    void shouldFollowTheTenantsNodes() {
        rig.machine.tenant("t", NodeSet.of(0, 1), List.of());
        try (AddressSpace space = rig.machine.openSpace("t", "t");
                CpuContext context = space.attach(0)) {
            long[] at = new long[4];
            List<MemoryPolicy> policies = List.of(
                    MemoryPolicy.bind(1),
                    MemoryPolicy.bind(1).with(Flag.STATIC_NODES),
                    MemoryPolicy.bind(1).with(Flag.RELATIVE_NODES),
                    MemoryPolicy.bind(0, 1).with(Flag.STATIC_NODES));
            for (int i = 0; i < at.length; i++) {
                at[i] = space.mmap(MapRequest.anonymous(2 * Pages.SIZE));
                space.mbind(at[i], 2 * Pages.SIZE, policies.get(i));
                assertThat(rig.touch(context, at[i], 1)).containsExactly(i == 3 ? 0 : 1);
            }
            rig.machine.tenant("t", NodeSet.of(0, 2, 3), List.of());
            int[] expected = {2, 0, 2, 0};
            for (int i = 0; i < at.length; i++) {
                assertThat(rig.touch(context, at[i] + Pages.SIZE, 1))
                        .as("%s", policies.get(i))
                        .containsExactly(expected[i]);
            }
        }
    }

    @Test
    void shouldRefuseAPolicyThatLeavesNoNode() {
        rig.machine.tenant("t", NodeSet.of(0, 1), List.of());
        try (AddressSpace space = rig.machine.openSpace("t", "t")) {
            long at = space.mmap(MapRequest.anonymous(Pages.SIZE));
            assertThatThrownBy(() -> space.mbind(at, Pages.SIZE, MemoryPolicy.bind(2)))
                    .hasMessage("memory policy bind {2} leaves no node: placement policy ram-only offers {0,1,2,3}, and"
                            + " tenant t may use {0,1}; choose among these");
            space.mbind(at, Pages.SIZE, MemoryPolicy.bind(1, 2));
            assertThat(space.info().mappings().getFirst().policy()).isEqualTo(MemoryPolicy.bind(1, 2));
        }
        assertThatThrownBy(() -> rig.cpu.memoryPolicy(MemoryPolicy.bind(9))).hasMessageContaining("leaves no node");
        assertThatThrownBy(() -> rig.space.memoryPolicy(MemoryPolicy.interleave(9)))
                .hasMessageContaining("leaves no node");
        assertThatThrownBy(() -> MemoryPolicy.interleave(1).home(1)).hasMessageContaining("home node 1");
        assertThatThrownBy(() -> MemoryPolicy.LOCAL.with(Flag.STATIC_NODES)).hasMessageContaining("STATIC_NODES");
    }
}

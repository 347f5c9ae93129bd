package moraine.daemon.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Hierarchy;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Rank;
import moraine.core.api.model.TopologyProfile;
import moraine.sim.profile.Profiles;
import moraine.testkit.HandBuilt;
import org.junit.jupiter.api.Test;

/** What lies below what, by edges, metric and initiator. */
final class HierarchyTest {
    private static final Set<Attribute> OPEN = EnumSet.of(Attribute.CPU_ADDRESSABLE, Attribute.DEMOTION_TARGET);
    private static final Set<Attribute> CLOSED = EnumSet.of(Attribute.CPU_ADDRESSABLE);

    private static List<Integer> below(TopologyProfile profile, Rank rank, int node, Set<Attribute> device) {
        List<NodeInfo> nodes = profile.nodes().stream()
                .map(spec -> info(spec.id(), spec.kind(), device))
                .toList();
        return new Hierarchy(profile, rank).below(node, nodes);
    }

    private static NodeInfo info(int id, NodeKind kind, Set<Attribute> device) {
        MemoryType type = kind == NodeKind.DEVICE
                ? new MemoryType("device", device, PinRule.ALLOW, PinRule.ALLOW)
                : MemoryType.SYSTEM;
        return new NodeInfo(id, "node" + id, kind, "", type, 1000, 500, 0, 10, 20, 30);
    }

    @Test
    void shouldOrderStackedMemoryByTheMetricAskedFor() {
        TopologyProfile knl = Profiles.load("knl-mcdram").topology();

        assertThat(below(knl, Rank.LATENCY, 0, CLOSED)).containsExactly(1);
        assertThat(below(knl, Rank.LATENCY, 1, CLOSED)).isEmpty();
        assertThat(below(knl, Rank.BANDWIDTH, 0, CLOSED)).isEmpty();
        assertThat(below(knl, Rank.BANDWIDTH, 1, CLOSED)).containsExactly(0);
    }

    @Test
    void shouldGoToADeviceThatOptedInOnly() {
        TopologyProfile gh200 = Profiles.load("gh200").topology();

        assertThat(below(gh200, Rank.LATENCY, 0, CLOSED)).isEmpty();
        assertThat(below(gh200, Rank.LATENCY, 0, OPEN)).containsExactly(1);
        assertThat(below(gh200, Rank.BANDWIDTH, 0, OPEN)).containsExactly(1);
        assertThat(below(gh200, Rank.LATENCY, 1, OPEN)).isEmpty();
    }

    @Test
    void shouldNotGoToMemoryThatNoCpuReaches() {
        assertThat(below(Profiles.load("cxl-type3").topology(), Rank.LATENCY, 0, OPEN))
                .containsExactly(1);
    }

    @Test
    void shouldGoThroughAThirdLevelAndNeverFromSocketToSocket() {
        TopologyProfile two = HandBuilt.twoSockets().profile();

        assertThat(below(two, Rank.LATENCY, 0, OPEN)).containsExactly(2, 3, 4);
        assertThat(below(two, Rank.LATENCY, 1, OPEN)).containsExactly(2, 4, 3);
        assertThat(below(two, Rank.LATENCY, 2, OPEN)).containsExactly(4, 3);
        assertThat(below(two, Rank.LATENCY, 3, OPEN)).isEmpty();
    }
}

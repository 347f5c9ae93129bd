package moraine.daemon.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where pages would be better, by edges, metric and initiator: what demotion takes down, promotion brings up. */
final class PlacesTest {
    private static final Set<Attribute> OPEN =
            EnumSet.of(Attribute.CPU_ADDRESSABLE, Attribute.DEMOTION_TARGET, Attribute.HINT_FAULTABLE);
    private static final Set<Attribute> CLOSED = EnumSet.of(Attribute.CPU_ADDRESSABLE);
    private static final int LPDDR = 0;
    private static final int HBM = 1;
    private static final int DDR = 0;
    private static final int STACK = 1;
    private static final int EXPANDER = 2;
    private static final int GPU = 3;

    private static NodeInfo info(int id, NodeKind kind, Set<Attribute> device, long free) {
        MemoryType type = kind == NodeKind.DEVICE
                ? new MemoryType("device", device, PinRule.ALLOW, PinRule.ALLOW)
                : MemoryType.SYSTEM;
        return new NodeInfo(id, "node" + id, kind, "", type, 1000, free, 0, 10, 20, 30);
    }

    private static List<NodeInfo> nodes(TopologyProfile profile, Set<Attribute> device, Set<Integer> full) {
        return profile.nodes().stream()
                .map(spec -> info(spec.id(), spec.kind(), device, full.contains(spec.id()) ? 5 : 500))
                .toList();
    }

    private static Places places(TopologyProfile profile, Rank rank, Set<Attribute> device) {
        return new Places(new Hierarchy(profile, rank), nodes(profile, device, Set.of()), /* tiersOnly= */ false);
    }

    private static TopologyProfile load(String name) {
        return Profiles.load(name).topology();
    }

    /** {@return where pages of each node go that a processor of node 0 touches, -1 for nowhere} */
    private static List<Integer> targets(TopologyProfile profile, Rank rank, Set<Attribute> device) {
        Places places = places(profile, rank, device);
        var targets = new ArrayList<Integer>();
        profile.nodes().forEach(node -> targets.add(places.target(0, node.id())));
        return targets;
    }

    /** {@return where pages of each node are demoted to first, -1 for nowhere} */
    private static List<Integer> below(TopologyProfile profile, Rank rank, Set<Attribute> device) {
        var hierarchy = new Hierarchy(profile, rank);
        var below = new ArrayList<Integer>();
        for (var node : profile.nodes()) {
            List<Integer> order = hierarchy.below(node.id(), nodes(profile, device, Set.of()));
            below.add(order.isEmpty() ? -1 : order.getFirst());
        }
        return below;
    }

    @Test
    void shouldOrderStackedMemoryByTheMetricAskedFor() {
        TopologyProfile knl = load("knl-mcdram");

        assertThat(targets(knl, Rank.LATENCY, CLOSED)).containsExactly(-1, 0);
        assertThat(below(knl, Rank.LATENCY, CLOSED)).containsExactly(1, -1);
        assertThat(targets(knl, Rank.BANDWIDTH, CLOSED)).containsExactly(1, -1);
        assertThat(below(knl, Rank.BANDWIDTH, CLOSED)).containsExactly(-1, 0);
    }

    /** As measured, both metrics give one order, and each processor its own: see docs/adr/0008. */
    @ParameterizedTest
    @EnumSource
    void shouldOrderASuperchipAsItsCpuSeesItAndNotAsItsGpuDoes(Rank rank) {
        TopologyProfile gh200 = load("gh200");
        var hierarchy = new Hierarchy(gh200, rank);
        List<NodeInfo> nodes = nodes(gh200, OPEN, Set.of());

        assertThat(hierarchy.takers(LPDDR, nodes, Attribute.HINT_FAULTABLE)).containsExactly(LPDDR, HBM);
        assertThat(hierarchy.takers(HBM, nodes, Attribute.HINT_FAULTABLE)).containsExactly(HBM, LPDDR);
        assertThat(targets(gh200, rank, OPEN)).containsExactly(-1, LPDDR);
        assertThat(below(gh200, rank, OPEN)).containsExactly(HBM, -1);
        assertThat(targets(gh200, rank, CLOSED)).containsExactly(-1, LPDDR);
    }

    /** With the vendor's bandwidths, of a bus and of a direction of the link, the CPU sees HBM above its own memory. */
    @Test
    void shouldOrderASuperchipByTheMetricAskedForAsItsVendorDescribesIt() {
        TopologyProfile gh200 = Profiles.load(
                        "gh200",
                        Map.of(
                                "access.0.read", "384GB/s",
                                "access.0.write", "384GB/s",
                                "access.1.read", "450GB/s",
                                "access.1.write", "450GB/s"))
                .topology();

        assertThat(targets(gh200, Rank.LATENCY, OPEN)).containsExactly(-1, LPDDR);
        assertThat(below(gh200, Rank.LATENCY, OPEN)).containsExactly(HBM, -1);
        assertThat(targets(gh200, Rank.BANDWIDTH, OPEN)).containsExactly(HBM, -1);
        assertThat(below(gh200, Rank.BANDWIDTH, OPEN)).containsExactly(-1, LPDDR);
    }

    @Test
    void shouldHaveFourLevelsThatLatencyAndBandwidthOrderDifferently() {
        TopologyProfile four = load("stacked-cxl");
        List<NodeInfo> nodes = nodes(four, OPEN, Set.of());

        assertThat(new Hierarchy(four, Rank.LATENCY).takers(0, nodes, Attribute.HINT_FAULTABLE))
                .containsExactly(DDR, STACK, EXPANDER, GPU);
        assertThat(new Hierarchy(four, Rank.BANDWIDTH).takers(0, nodes, Attribute.HINT_FAULTABLE))
                .containsExactly(STACK, GPU, DDR, EXPANDER);
        assertThat(targets(four, Rank.LATENCY, OPEN)).containsExactly(-1, DDR, DDR, DDR);
        assertThat(below(four, Rank.LATENCY, OPEN)).containsExactly(STACK, EXPANDER, GPU, -1);
        assertThat(targets(four, Rank.BANDWIDTH, OPEN)).containsExactly(STACK, -1, STACK, STACK);
        assertThat(below(four, Rank.BANDWIDTH, OPEN)).containsExactly(EXPANDER, GPU, -1, DDR);
    }

    @Test
    void shouldPassOverADeviceThatTakesNoHints() {
        TopologyProfile four = load("stacked-cxl");

        assertThat(below(four, Rank.LATENCY, CLOSED)).containsExactly(STACK, EXPANDER, -1, -1);
        assertThat(below(four, Rank.BANDWIDTH, CLOSED)).containsExactly(EXPANDER, DDR, -1, DDR);
        assertThat(places(four, Rank.LATENCY, CLOSED).scanned()).containsExactly(STACK, EXPANDER);
        assertThat(places(four, Rank.LATENCY, OPEN).scanned()).containsExactly(STACK, EXPANDER, GPU);
        assertThat(places(four, Rank.BANDWIDTH, OPEN).scanned()).containsExactly(DDR, EXPANDER, GPU);
    }

    @Test
    void shouldTakeTheNextBestWhereTheBestIsFull() {
        TopologyProfile four = load("stacked-cxl");
        var hierarchy = new Hierarchy(four, Rank.LATENCY);
        var places = new Places(hierarchy, nodes(four, OPEN, Set.of(DDR)), /* tiersOnly= */ false);

        assertThat(places.target(0, EXPANDER)).isEqualTo(STACK);
        assertThat(places.target(0, STACK)).isEqualTo(-1);
        assertThat(places.near(0, STACK)).isFalse();
        assertThat(places.near(0, DDR)).isTrue();
    }

    @Test
    void shouldCountWhatIsOnItsWay() {
        TopologyProfile four = load("stacked-cxl");
        Places places = places(four, Rank.LATENCY, OPEN);
        assertThat(places.plenty(DDR)).isTrue();

        places.moves(EXPANDER, DDR, 420);
        assertThat(places.plenty(DDR)).isFalse();
        assertThat(places.target(0, EXPANDER)).isEqualTo(DDR);
        places.moves(EXPANDER, DDR, 61);
        assertThat(places.target(0, EXPANDER)).isEqualTo(STACK);
    }

    @Test
    void shouldSeeEachSocketsRamAsBestForItselfAndNeitherBelowTheOther() {
        TopologyProfile two = HandBuilt.twoSockets().profile();
        Places places = places(two, Rank.LATENCY, OPEN);

        assertThat(places.target(0, 1)).isZero();
        assertThat(places.target(1, 0)).isEqualTo(1);
        assertThat(places.isBelow(0, 1)).isFalse();
        assertThat(places.isBelow(1, 0)).isFalse();
        assertThat(places.isBelow(2, 0)).isTrue();
        assertThat(places.scanned()).containsExactly(0, 1, 2, 3, 4);
        var tiers = new Places(new Hierarchy(two, Rank.LATENCY), nodes(two, OPEN, Set.of()), /* tiersOnly= */ true);
        assertThat(tiers.target(0, 1)).isEqualTo(-1);
        assertThat(tiers.target(0, 2)).isZero();
        assertThat(tiers.scanned()).containsExactly(2, 3, 4);
    }
}

package moraine.core.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelTest {
    @Test
    void shouldKeepAttributesOfAMemoryTypeIndependent() {
        for (Attribute attribute : Attribute.values()) {
            if (attribute != Attribute.USER_BINDABLE) {
                var alone = new MemoryType("alone", Set.of(attribute), PinRule.DENY, PinRule.DENY);
                assertThat(EnumSet.copyOf(alone.attributes())).containsExactly(attribute);
            }
        }
    }

    @Test
    void shouldRefuseToBindToMemoryThatNoCpuReaches() {
        assertThatThrownBy(() -> new MemoryType("odd", Set.of(Attribute.USER_BINDABLE), PinRule.ALLOW, PinRule.ALLOW))
                .hasMessageContaining("odd is USER_BINDABLE but not CPU_ADDRESSABLE")
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.blame()).isEqualTo(Blame.PLUGIN));
    }

    @ParameterizedTest
    @CsvSource({"NONE,READ,false", "READ,READ,true", "READ,WRITE,false", "READ_WRITE,ATOMIC,true"})
    void shouldAllowWhatTheProtectionSays(Protection protection, Intent intent, boolean allowed) {
        assertThat(protection.allows(intent)).isEqualTo(allowed);
    }

    @Test
    void shouldDoSetAlgebraOnNodes() {
        NodeSet some = NodeSet.of(0, 5, 63);
        assertThat(some.contains(63)).isTrue();
        assertThat(some.contains(64)).isFalse();
        assertThat(some.minus(NodeSet.of(0))).isEqualTo(NodeSet.of(5, 63));
        assertThat(some.and(NodeSet.of(5, 6)).first()).isEqualTo(5);
        assertThat(NodeSet.EMPTY.first()).isEqualTo(-1);
        assertThat(some).hasToString("{0,5,63}");
        assertThatThrownBy(() -> NodeSet.of(64)).hasMessageContaining("node 64 is outside 0..63");
    }

    @Test
    void shouldRankItsOwnNodeFirstThenByLatencyThenById() {
        var profile = new TopologyProfile(
                "ranks",
                "",
                Stream.of(4, 3, 2, 1, 0)
                        .map(id -> new NodeSpec(
                                id, "", id == 4 ? NodeKind.DEVICE : NodeKind.CPU, null, Quantity.assumed(1, "GiB")))
                        .toList(),
                List.of(),
                List.of(edge(2, 0, 90), edge(2, 1, 90), edge(2, 2, 300), edge(2, 4, 10)),
                List.of(),
                List.of());
        assertThat(profile.nearest(2, _ -> true)).as("no edge ranks last").containsExactly(2, 4, 0, 1, 3);
        assertThat(profile.nearestRam(2)).containsExactly(2, 0, 1, 3);
        assertThat(profile.nearestRam(4)).as("no edges at all").containsExactly(0, 1, 2, 3);
    }

    private static AccessEdge edge(int initiator, int node, double latencyNs) {
        var any = Quantity.assumed(1, "GB/s");
        return new AccessEdge(
                initiator, node, Quantity.assumed(latencyNs, "ns"), any, any, Quantity.assumed(0.8, "share"));
    }

    @Test
    void shouldTakeNodesForPoliciesThatNameSome() {
        assertThat(MemoryPolicy.bind(1).nodes()).isEqualTo(NodeSet.of(1));
        assertThatThrownBy(() -> new MemoryPolicy(MemoryPolicy.Mode.BIND, NodeSet.EMPTY))
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> new MemoryPolicy(MemoryPolicy.Mode.DEFAULT, NodeSet.of(1)))
                .hasMessageContaining("take no nodes");
    }

    @Test
    void shouldNameWhatIsWrongWithAParameter() {
        var parameters = new Parameters(Map.of("b", "2", "a", "yes"));
        assertThat(parameters).hasToString("(a=yes,b=2)");
        assertThat(parameters.number("b", 0)).isEqualTo(2);
        assertThat(parameters.number("c", 7)).isEqualTo(7);
        assertThatThrownBy(() -> parameters.flag("a", true)).hasMessage("parameter a=yes is not true or false");
        assertThatThrownBy(() -> parameters.number("a", 1)).hasMessage("parameter a=yes is not a whole number");
        assertThat(Parameters.NONE.with("x", "1")).isEqualTo(new Parameters(Map.of("x", "1")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 1024, -2})
    void shouldRefuseWindowsThatAreNoPowerOfTwo(int pages) {
        var nothing = new Representation(Map.of(), List.of(), NodeSet.ALL, ListSelection.LOCAL, List.of());
        assertThatThrownBy(() -> new Plan(nothing, List.of(), pages, 1, false))
                .hasMessage("bringBackPages=" + pages + " is not a power of two from 1 to 512");
    }

    @Test
    void shouldCountPages() {
        assertThat(Pages.count(1)).isEqualTo(1);
        assertThat(Pages.count(4096)).isEqualTo(1);
        assertThat(Pages.ceil(4097)).isEqualTo(8192);
        assertThat(Pages.floor(4097)).isEqualTo(4096);
        assertThat(Pages.range(0x1000, 0x5000)).isEqualTo("0x1000-0x5000 (4 pages)");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void shouldRefuseFiguresThatAreNone(double value) {
        assertThatThrownBy(() -> Quantity.assumed(value, "ns")).hasMessageContaining("is not a finite number >= 0");
    }
}

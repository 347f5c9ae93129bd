package moraine.core.impl.topology;

import static moraine.core.impl.topology.Profiles.edge;
import static moraine.core.impl.topology.Profiles.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Blame;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TopologyTest {
    private static final TopologyProfile THREE =
            Profiles.of(node(0, NodeKind.CPU, 1024), node(1, NodeKind.DEVICE, 512), node(4, NodeKind.MEMORY, 2048));

    @Test
    void shouldRankPerInitiatorAndMetric() {
        Topology topology = new Topology(Profiles.with(
                THREE,
                edge(0, 0, 100, 200, 200),
                edge(0, 1, 300, 900, 400),
                edge(0, 4, 250, 40, 30),
                edge(1, 1, 400, 4000, 4000),
                edge(1, 0, 700, 450, 400),
                edge(1, 4, 650, 60, 60)));

        assertThat(topology.byLatency(0)).containsExactly(0, 4, 1);
        assertThat(topology.byBandwidth(0)).containsExactly(1, 0, 4);
        assertThat(topology.byLatency(1)).containsExactly(1, 4, 0);
        assertThat(topology.byBandwidth(1)).containsExactly(1, 0, 4);
    }

    @Test
    void shouldPutTheOwnNodeFirstWithoutEdgesAndBreakTiesById() {
        Topology bare = new Topology(THREE);
        Topology tied = new Topology(
                Profiles.with(THREE, edge(0, 4, 90, 10, 10), edge(0, 1, 90, 10, 10), edge(0, 0, 90, 10, 10)));

        assertThat(bare.byLatency(1)).containsExactly(1, 0, 4);
        assertThat(bare.byBandwidth(4)).containsExactly(4, 0, 1);
        assertThat(tied.byLatency(0)).containsExactly(0, 1, 4);
    }

    @Test
    void shouldAnswerForItsNodes() {
        Topology topology = new Topology(THREE);

        assertThat(topology.nodes()).isEqualTo(5);
        assertThat(topology.exists(4)).isTrue();
        assertThat(topology.exists(2)).isFalse();
        assertThat(topology.exists(-1)).isFalse();
        assertThat(topology.exists(64)).isFalse();
        assertThat(topology.kind(1)).isEqualTo(NodeKind.DEVICE);
        assertThat(topology.capacityPages(4)).isEqualTo(2048);
        assertThat(topology.ofKind(NodeKind.CPU, NodeKind.MEMORY)).isEqualTo(NodeSet.of(0, 4));
        assertThatThrownBy(() -> topology.node(2))
                .hasMessageContaining("no node 2")
                .hasMessageContaining("{0,1,4}");
    }

    @Test
    void shouldReadCapacitiesInBinaryUnits() {
        Topology topology = new Topology(Profiles.of(node(0, "ram", NodeKind.CPU, null, Quantity.assumed(1.5, "GiB"))));

        assertThat(topology.capacityPages(0)).isEqualTo(393216);
    }

    static Stream<Arguments> bad() {
        return Stream.concat(badNodes(), badEdges());
    }

    private static Stream<Arguments> badNodes() {
        NodeSpec cpu = node(0, NodeKind.CPU, 64);
        NodeSpec memory = node(2, NodeKind.MEMORY, 64);
        Quantity some = Quantity.assumed(1, "ns");
        Quantity page = Quantity.assumed(4096, "bytes");
        return Stream.of(
                Arguments.of(Profiles.of(cpu, cpu), "node id 0 is given to node0 and to node0"),
                Arguments.of(Profiles.of(node(64, NodeKind.CPU, 1)), "node id 64 (node64) is outside 0..63"),
                Arguments.of(
                        Profiles.of(cpu, node(3, "node0", NodeKind.MEMORY, null, page)),
                        "node 3 has the name \"node0\", which is blank or taken"),
                Arguments.of(Profiles.of(memory), "no CPU node among 1 nodes"),
                Arguments.of(
                        Profiles.of(node(0, "ram", NodeKind.CPU, null, some)),
                        "capacity of node 0 is in ns; use bytes"),
                Arguments.of(
                        Profiles.of(cpu, node(3, "hbm", NodeKind.MEMORY, 7, page)),
                        "node 3 has parent 7, which is no node"),
                Arguments.of(
                        Profiles.of(
                                cpu, node(5, "a", NodeKind.MEMORY, 6, page), node(6, "b", NodeKind.MEMORY, 5, page)),
                        "node 5 is its own ancestor by [5, 6]"));
    }

    private static Stream<Arguments> badEdges() {
        Quantity some = Quantity.assumed(1, "ns");
        Quantity page = Quantity.assumed(4096, "bytes");
        ProcessorSpec processor = new ProcessorSpec(0, some, some, some, some, some, some, some);
        AccessEdge edge = edge(0, 1, 1, 1, 1);
        CopyEdge copy = new CopyEdge(0, 1, some, some, Quantity.assumed(1, "GB/s"));
        Parameters none = Parameters.NONE;
        DeviceSpec gpu = new DeviceSpec("gpu0", "gpu", 1, none);
        return Stream.of(
                Arguments.of(rest(List.of(), List.of(edge(0, 9, 1, 1, 1)), List.of(), List.of()), "0->9 names node 9"),
                Arguments.of(rest(List.of(), List.of(edge(8, 0, 1, 1, 1)), List.of(), List.of()), "8->0 names node 8"),
                Arguments.of(
                        rest(List.of(), List.of(edge, edge), List.of(), List.of()), "access edge 0->1 is given twice"),
                Arguments.of(
                        rest(List.of(), List.of(edge(2, 0, 1, 1, 1)), List.of(), List.of()),
                        "2->0 starts at a MEMORY node"),
                Arguments.of(
                        rest(List.of(), List.of(new AccessEdge(0, 1, page, page, page, some)), List.of(), List.of()),
                        "access edge 0->1 latency is in bytes, not in ns"),
                Arguments.of(
                        rest(
                                List.of(),
                                List.of(new AccessEdge(
                                        0, 1, some, edge.read(), edge.write(), Quantity.assumed(1.5, "share"))),
                                List.of(),
                                List.of()),
                        "has knee 1.5"),
                Arguments.of(
                        rest(List.of(processor, processor), List.of(), List.of(), List.of()),
                        "node 0 has two processor entries"),
                Arguments.of(
                        rest(
                                List.of(new ProcessorSpec(2, some, some, some, some, some, some, some)),
                                List.of(),
                                List.of(),
                                List.of()),
                        "node 2 is MEMORY but has a processor entry"),
                Arguments.of(
                        rest(List.of(), List.of(), List.of(copy, copy), List.of()), "copy edge 0->1 is given twice"),
                Arguments.of(
                        rest(List.of(), List.of(), List.of(new CopyEdge(5, 1, some, some, some)), List.of()),
                        "copy edge 5->1 names node 5"),
                Arguments.of(
                        rest(List.of(), List.of(), List.of(), List.of(new DeviceSpec("gpu0", "gpu", 0, none))),
                        "device gpu0 brings node 0, which is CPU"),
                Arguments.of(rest(List.of(), List.of(), List.of(), List.of(gpu, gpu)), "two devices are called gpu0"),
                Arguments.of(
                        rest(List.of(), List.of(), List.of(), List.of(gpu, new DeviceSpec("gpu1", "gpu", 1, none))),
                        "devices gpu0 and gpu1 both bring node 1"));
    }

    private static TopologyProfile rest(
            List<ProcessorSpec> processors,
            List<AccessEdge> accesses,
            List<CopyEdge> copies,
            List<DeviceSpec> devices) {
        List<NodeSpec> nodes =
                List.of(node(0, NodeKind.CPU, 64), node(1, NodeKind.DEVICE, 64), node(2, NodeKind.MEMORY, 64));
        return new TopologyProfile("test", "A profile for tests.", nodes, processors, accesses, copies, devices);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void shouldSayInOneLineWhatIsWrong(TopologyProfile profile, String message) {
        assertThatThrownBy(() -> new Topology(profile))
                .isInstanceOfSatisfying(MoraineException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                    assertThat(e.blame()).isEqualTo(Blame.CALLER);
                })
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}

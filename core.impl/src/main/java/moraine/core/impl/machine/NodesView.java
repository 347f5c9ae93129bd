package moraine.core.impl.machine;

import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.TopologyProfile;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.host.Regimes;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.types.Types;

/** Nodes and devices as they are now. */
final class NodesView implements MachineView {
    private final Topology topology;
    private final Types types;
    private final Allocator allocator;
    private final Regimes regimes;
    private volatile Supplier<List<DeviceInfo>> devices = List::of;

    NodesView(Topology topology, Types types, Allocator allocator, Regimes regimes) {
        this.topology = topology;
        this.types = types;
        this.allocator = allocator;
        this.regimes = regimes;
    }

    void devices(Supplier<List<DeviceInfo>> now) {
        devices = now;
    }

    @Override
    public TopologyProfile profile() {
        return topology.profile();
    }

    @Override
    public List<DeviceInfo> devices() {
        return devices.get();
    }

    @Override
    public List<NodeInfo> nodes() {
        return profile().nodes().stream()
                .sorted(Comparator.comparingInt(NodeSpec::id))
                .map(this::info)
                .toList();
    }

    private NodeInfo info(NodeSpec node) {
        int id = node.id();
        boolean there = allocator.capacity(id) > 0;
        String device = devices().stream()
                .filter(d -> d.node() == id)
                .map(DeviceInfo::name)
                .findFirst()
                .orElse("");
        MemoryType type = types.type(regimes.current().typeOfNode(id));
        return new NodeInfo(
                id,
                node.name(),
                node.kind(),
                device,
                type,
                allocator.capacity(id),
                allocator.freePages(id),
                allocator.usedPeak(id),
                there ? allocator.minPages(id) : 0,
                there ? allocator.lowPages(id) : 0,
                there ? allocator.highPages(id) : 0);
    }
}

package moraine.bench;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Representation;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;

/** A policy that does nothing: RAM first and only, no page moves. */
class IdlePolicy implements PlacementPolicy {
    static final String NAME = "idle";

    private static final MemoryType DEVICE = new MemoryType(
            "idle-device",
            EnumSet.of(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.ON_LRU, Attribute.HOT_REMOVABLE),
            PinRule.MIGRATE_FIRST,
            PinRule.MIGRATE_FIRST);

    /** Leaves every callback to the host. */
    static final PolicyProvider SILENT = new PolicyProvider() {
        @Override
        public PlacementPolicy create(PolicyContext context, Parameters parameters) {
            return new IdlePolicy();
        }
    };
    /** Hears of every batch of device faults and changes none. */
    static final PolicyProvider LISTENING = new PolicyProvider() {
        @Override
        public PlacementPolicy create(PolicyContext context, Parameters parameters) {
            return new IdlePolicy() {
                @Override
                public void onDeviceFaults(DeviceFaults batch) {}
            };
        }
    };

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Plan plan(MachineView machine) {
        List<Integer> ram = machine.profile().nodes().stream()
                .filter(node -> node.kind() != NodeKind.DEVICE)
                .map(NodeSpec::id)
                .toList();
        List<Zonelist> lists = machine.profile().nodes().stream()
                .map(node -> new Zonelist(
                        node.id(),
                        null,
                        nearestFirst(node.id(), ram),
                        ram.contains(node.id()) ? List.of(node.id()) : ram))
                .toList();
        var mask = new NodeSet(ram.stream().mapToLong(id -> 1L << id).reduce(0, (a, b) -> a | b));
        Map<Integer, MemoryType> types = machine.profile().nodes().stream()
                .filter(node -> node.kind() == NodeKind.DEVICE)
                .collect(Collectors.toMap(NodeSpec::id, node -> DEVICE));
        var representation = new Representation(types, lists, mask, ListSelection.LOCAL, List.of());
        return new Plan(representation, List.of(), 1, 1, /* largePages= */ false);
    }

    private static List<Integer> nearestFirst(int node, List<Integer> ram) {
        return Stream.concat(ram.stream().filter(id -> id == node), ram.stream().filter(id -> id != node))
                .toList();
    }
}

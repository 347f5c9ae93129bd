package example.harbour;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Admission;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.RequestBit;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;

/**
 * Berths: a device's memory takes first touches that were booked for it by a binding, and what its own driver brings.
 * All nodes are in the lists of first touches, and nowhere else; who comes without a booking is turned away at the node.
 * Hint faults and aging are welcome, long pins may stay, and no application moves pages in.
 */
public final class HarbourProvider implements PolicyProvider {
    private static final MemoryType BERTH = new MemoryType(
            "berth",
            EnumSet.of(
                    Attribute.CPU_ADDRESSABLE,
                    Attribute.DEVICE_ADDRESSABLE,
                    Attribute.COHERENT,
                    Attribute.MOVABLE,
                    Attribute.ON_LRU,
                    Attribute.RECLAIMABLE,
                    Attribute.HINT_FAULTABLE,
                    Attribute.USER_BINDABLE,
                    Attribute.HOT_REMOVABLE),
            PinRule.ALLOW,
            PinRule.ALLOW);

    private static final Set<Reason> BOOKED =
            EnumSet.of(Reason.CPU_FAULT, Reason.DEVICE_FAULT, Reason.COPY_ON_WRITE);

    /** Made by name. */
    public HarbourProvider() {}

    @Override
    public PlacementPolicy create(PolicyContext context, Parameters parameters) {
        return new Harbour("harbour" + parameters);
    }

    private record Harbour(String name) implements PlacementPolicy {
        @Override
        public Plan plan(MachineView machine) {
            var types = new TreeMap<Integer, MemoryType>();
            machine.devices().forEach(device -> types.put(device.node(), BERTH));
            var lists = new ArrayList<Zonelist>();
            for (NodeSpec node : machine.profile().nodes()) {
                int id = node.id();
                List<Integer> ram = machine.profile().nearestRam(id);
                List<Integer> all = machine.profile()
                        .nearest(id, other -> other.kind() != NodeKind.DEVICE || types.containsKey(other.id()));
                BOOKED.forEach(reason -> lists.add(new Zonelist(id, reason, all, List.of(id))));
                lists.add(new Zonelist(id, Reason.POLICY_MIGRATE, ram, List.of(id)));
                lists.add(new Zonelist(id, null, ram, types.containsKey(id) ? ram : List.of(id)));
            }
            List<Admission> doors = types.keySet().stream()
                    .map(node -> new Admission(node, Set.of(RequestBit.EXPLICIT_MASK, RequestBit.DEVICE)))
                    .toList();
            return new Plan(
                    new Representation(types, lists, NodeSet.ALL, ListSelection.LOCAL, doors), List.of(), 1, 1, false);
        }

        @Override
        public void close() {}
    }
}

package moraine.itest;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Representation;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;

/** First touch with a leak: every node is in everybody's zonelist, devices and all; and services, if it is greedy. */
final class LeakyPolicy implements PolicyProvider, PlacementPolicy {
    static final String NAME = "leaky";
    static final String GREEDY = "greedy";

    private static final MemoryType OPEN = new MemoryType(
            "open-device",
            EnumSet.of(
                    Attribute.CPU_ADDRESSABLE,
                    Attribute.DEVICE_ADDRESSABLE,
                    Attribute.COHERENT,
                    Attribute.MOVABLE,
                    Attribute.USER_BINDABLE,
                    Attribute.USER_MIGRATABLE,
                    Attribute.HOT_REMOVABLE),
            PinRule.ALLOW,
            PinRule.MIGRATE_FIRST);

    private static final MemoryType SERVED = served();

    private final String name;
    private final MemoryType type;

    private LeakyPolicy(String name, MemoryType type) {
        this.name = name;
        this.type = type;
    }

    /** {@return one whose devices are open to all who ask} */
    static LeakyPolicy open() {
        return new LeakyPolicy(NAME, OPEN);
    }

    /** {@return one whose devices every daemon takes for RAM} */
    static LeakyPolicy greedy() {
        return new LeakyPolicy(GREEDY, SERVED);
    }

    private static MemoryType served() {
        var attributes = EnumSet.copyOf(OPEN.attributes());
        attributes.addAll(EnumSet.of(
                Attribute.ON_LRU,
                Attribute.RECLAIMABLE,
                Attribute.DEMOTION_TARGET,
                Attribute.HINT_FAULTABLE,
                Attribute.MERGEABLE));
        return new MemoryType("served-device", attributes, PinRule.ALLOW, PinRule.ALLOW);
    }

    @Override
    public PlacementPolicy create(PolicyContext context, Parameters parameters) {
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Plan plan(MachineView machine) {
        var types = new TreeMap<Integer, MemoryType>();
        machine.devices().forEach(device -> types.put(device.node(), type));
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : machine.profile().nodes()) {
            List<Integer> all = machine.profile().nearest(node.id(), _ -> true);
            lists.add(new Zonelist(node.id(), null, all, List.of(node.id())));
        }
        return new Plan(
                new Representation(types, lists, NodeSet.ALL, ListSelection.LOCAL, List.of()), List.of(), 1, 1, false);
    }

    @Override
    public void close() {}
}

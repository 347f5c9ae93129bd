package moraine.policy.managed;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Admission;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.RequestBit;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.PlacementPolicy;

/**
 * Private memory nodes, as proposed for Linux in 2026: a device is a node that is closed by default. It is in no list
 * that a request without a reason of its own walks, so neither pressure nor nesting reaches it; each feature opens one
 * way in. A driver moves pages there whatever the features are, for it is its node.
 */
final class ManagedPolicy implements PlacementPolicy {
    static final String NAME = "managed";

    /** First touches and copies, which an application may direct by binding. */
    private static final Set<Reason> TOUCHES = EnumSet.of(Reason.CPU_FAULT, Reason.DEVICE_FAULT, Reason.COPY_ON_WRITE);

    private final String instance;
    private final ManagedSettings settings;

    ManagedPolicy(String instance, ManagedSettings settings) {
        this.instance = instance;
        this.settings = settings;
    }

    @Override
    public String name() {
        return instance;
    }

    @Override
    public Plan plan(MachineView machine) {
        return new Plan(
                representation(machine),
                List.of(DeviceRule.always(DeviceAction.MAP_REMOTE)),
                /* bringBackPages= */ 1,
                /* migratePages= */ 1,
                settings.largePages());
    }

    private Features features(int node) {
        return settings.features().getOrDefault(node, settings.usual());
    }

    private boolean open(int node, Feature feature) {
        return features(node).has(feature);
    }

    private Representation representation(MachineView machine) {
        List<Integer> closed = machine.devices().stream().map(DeviceInfo::node).toList();
        var types = new TreeMap<Integer, MemoryType>();
        closed.forEach(node -> types.put(node, features(node).type()));
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : machine.profile().nodes()) {
            List<Integer> ram = machine.profile().nearestRam(node.id());
            boolean own = closed.contains(node.id());
            lists.add(new Zonelist(node.id(), null, ram, own ? List.of() : List.of(node.id())));
            TOUCHES.forEach(reason -> lists.add(touches(machine, node, reason, closed)));
            if (own) {
                lists.addAll(ways(node.id(), ram));
            }
        }
        // A preference is no binding, and sets no mask of the request's own.
        List<Admission> admissions = closed.stream()
                .map(node -> new Admission(node, Set.of(RequestBit.EXPLICIT_MASK)))
                .toList();
        return new Representation(types, lists, system(machine), ListSelection.LOCAL, admissions);
    }

    /** What a bound range may reach: nodes that are open to applications come in by their distance. */
    private Zonelist touches(MachineView machine, NodeSpec node, Reason reason, List<Integer> closed) {
        List<Integer> reach = machine.profile()
                .nearest(
                        node.id(),
                        other -> other.kind() != NodeKind.DEVICE
                                || closed.contains(other.id()) && open(other.id(), Feature.USER_NUMA));
        return new Zonelist(node.id(), reason, reach, reach.contains(node.id()) ? List.of(node.id()) : List.of());
    }

    /** The reasons that, named, lead to a node. */
    private List<Zonelist> ways(int node, List<Integer> ram) {
        var reasons = EnumSet.of(Reason.POLICY_MIGRATE);
        if (open(node, Feature.USER_NUMA)) {
            reasons.add(Reason.USER_MIGRATE);
        }
        if (open(node, Feature.DEMOTION)) {
            reasons.add(Reason.DEMOTION);
        }
        if (open(node, Feature.NUMA_BALANCING)) {
            reasons.add(Reason.PROMOTION);
        }
        return reasons.stream()
                .map(reason -> new Zonelist(node, reason, ram, List.of(node)))
                .toList();
    }

    private static NodeSet system(MachineView machine) {
        return NodeSet.of(machine.profile().nodes().stream()
                .filter(node -> node.kind() != NodeKind.DEVICE)
                .mapToInt(NodeSpec::id)
                .toArray());
    }
}

package moraine.testkit.hmm;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceInfo;
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

/**
 * The policy of the suite: pages move when a scenario says so and never otherwise, one page at a time. A device's
 * memory is of one of two types, both off the LRU and in no zonelist but the device's own, which only requests that
 * name it walk.
 */
final class SuitePolicy implements PlacementPolicy {
    static final MemoryType PRIVATE = new MemoryType(
            "conformance-private",
            EnumSet.of(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.HOT_REMOVABLE),
            PinRule.MIGRATE_FIRST,
            PinRule.MIGRATE_FIRST);

    /** Short pins leave a page on the device, long ones take it home first. */
    static final MemoryType COHERENT = new MemoryType(
            "conformance-coherent",
            Set.of(
                    Attribute.CPU_ADDRESSABLE,
                    Attribute.DEVICE_ADDRESSABLE,
                    Attribute.COHERENT,
                    Attribute.MOVABLE,
                    Attribute.HOT_REMOVABLE),
            PinRule.ALLOW,
            PinRule.MIGRATE_FIRST);

    private final MemoryType type;
    private final boolean largePages;

    private SuitePolicy(MemoryType type, boolean largePages) {
        this.type = type;
        this.largePages = largePages;
    }

    /**
     * {@return a provider of the policy for a variant}
     *
     * @param largePages whether an aligned first touch makes a large page
     */
    static PolicyProvider provider(Variant variant, boolean largePages) {
        return new PolicyProvider() {
            @Override
            public PlacementPolicy create(PolicyContext context, Parameters parameters) {
                return new SuitePolicy(variant.coherent() ? COHERENT : PRIVATE, largePages);
            }
        };
    }

    @Override
    public String name() {
        return Subject.POLICY;
    }

    @Override
    public Plan plan(MachineView machine) {
        return new Plan(representation(machine), List.of(), 1, 1, largePages);
    }

    private Representation representation(MachineView machine) {
        var types = new TreeMap<Integer, MemoryType>();
        for (DeviceInfo device : machine.devices()) {
            types.put(device.node(), type);
        }
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : machine.profile().nodes()) {
            lists.add(new Zonelist(node.id(), null, machine.profile().nearestRam(node.id()), List.of(node.id())));
        }
        return new Representation(types, lists, NodeSet.ALL, ListSelection.LOCAL, List.of());
    }
}

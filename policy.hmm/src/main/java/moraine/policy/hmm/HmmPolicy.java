package moraine.policy.hmm;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.Hint;
import moraine.core.api.policy.PlacementPolicy;

/**
 * Heterogeneous memory management as merged in Linux 4.14: a device's memory is its own, in nobody's zonelist but for
 * its own faults, and pages travel to the device that touches them. Private memory they leave for a CPU that touches
 * them; coherent memory it uses where they are. All of it is in the plan.
 */
final class HmmPolicy implements PlacementPolicy {
    static final String NAME = "hmm";

    /** Memory that CPUs do not see: every CPU touch is a fault that brings the page back. */
    static final MemoryType DEVICE_PRIVATE = new MemoryType(
            "device-private",
            EnumSet.of(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.HOT_REMOVABLE),
            PinRule.MIGRATE_FIRST,
            PinRule.MIGRATE_FIRST);

    /**
     * Memory that CPUs use where it is, and that is a device's all the same: in nobody's zonelist, off the LRU, out of
     * reach for binding and for services. Files may lie in it; what writes them back reads it as it is.
     */
    static final MemoryType DEVICE_COHERENT = new MemoryType(
            "device-coherent",
            EnumSet.of(
                    Attribute.CPU_ADDRESSABLE,
                    Attribute.DEVICE_ADDRESSABLE,
                    Attribute.COHERENT,
                    Attribute.MOVABLE,
                    Attribute.FILE_BACKABLE,
                    Attribute.HOT_REMOVABLE),
            PinRule.ALLOW,
            PinRule.MIGRATE_FIRST);

    private final String instance;
    private final HmmSettings settings;

    HmmPolicy(String instance, HmmSettings settings) {
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
                List.of(DeviceRule.always(DeviceAction.MIGRATE)),
                settings.bringBackPages(),
                settings.migratePages(),
                settings.largePages(),
                settings.prefetchPercent());
    }

    @Override
    public void onHint(Hint hint) {
        if (!settings.hints()) {
            hint.refuse();
        }
    }

    private Representation representation(MachineView machine) {
        MemoryType type = settings.memory() == HmmSettings.Memory.PRIVATE ? DEVICE_PRIVATE : DEVICE_COHERENT;
        var types = new TreeMap<Integer, MemoryType>();
        machine.devices().forEach(device -> types.put(device.node(), type));
        TopologyProfile profile = machine.profile();
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : profile.nodes()) {
            lists.add(new Zonelist(node.id(), null, profile.nearestRam(node.id()), List.of(node.id())));
        }
        for (DeviceInfo device : machine.devices()) {
            lists.add(ownFaults(device.node(), profile));
            List<Integer> ram = profile.nearestRam(device.node());
            lists.add(new Zonelist(device.node(), Reason.DEMOTION, ram, List.of()));
            lists.add(new Zonelist(device.node(), Reason.PROMOTION, ram, List.of()));
        }
        return new Representation(types, lists, NodeSet.ALL, ListSelection.LOCAL, List.of());
    }

    /** A hole that the device touches is made in its memory, or in RAM when that is full. */
    private static Zonelist ownFaults(int device, TopologyProfile profile) {
        var fallback = new ArrayList<Integer>();
        fallback.add(device);
        fallback.addAll(profile.nearestRam(device));
        return new Zonelist(device, Reason.DEVICE_FAULT, fallback, List.of(device));
    }
}

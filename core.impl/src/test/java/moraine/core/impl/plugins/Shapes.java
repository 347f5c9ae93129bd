package moraine.core.impl.plugins;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Backing;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.Representation;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.model.Zonelist;

/** A small machine, and plans for it: RAM is node 0, the device {@code dev0} is node 1. */
public final class Shapes {
    public static final int RAM = 0;
    public static final int DEVICE = 1;
    public static final long RAM_BYTES = 64L << 20;
    public static final long DEVICE_BYTES = 16L << 20;

    public static final MemoryType PRIVATE = new MemoryType(
            "test-private",
            EnumSet.of(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.ON_LRU),
            PinRule.MIGRATE_FIRST,
            PinRule.MIGRATE_FIRST);
    public static final MemoryType COHERENT = new MemoryType(
            "test-coherent",
            EnumSet.of(
                    Attribute.CPU_ADDRESSABLE,
                    Attribute.DEVICE_ADDRESSABLE,
                    Attribute.COHERENT,
                    Attribute.MOVABLE,
                    Attribute.ON_LRU,
                    Attribute.USER_BINDABLE,
                    Attribute.USER_MIGRATABLE),
            PinRule.ALLOW,
            PinRule.DENY);

    private Shapes() {}

    private static Quantity of(double value, String unit) {
        return Quantity.assumed(value, unit);
    }

    public static TopologyProfile profile() {
        return new TopologyProfile(
                "small",
                "RAM and a device",
                List.of(
                        new NodeSpec(RAM, "ram", NodeKind.CPU, null, of(RAM_BYTES, "bytes")),
                        new NodeSpec(DEVICE, "device", NodeKind.DEVICE, RAM, of(DEVICE_BYTES, "bytes"))),
                List.of(processor(RAM), processor(DEVICE)),
                List.of(edge(RAM, RAM, 100), edge(RAM, DEVICE, 300), edge(DEVICE, DEVICE, 200), edge(DEVICE, RAM, 400)),
                List.of(copy(RAM, DEVICE), copy(DEVICE, RAM)),
                List.of(new DeviceSpec("dev0", "fake", DEVICE, Parameters.NONE)));
    }

    private static ProcessorSpec processor(int node) {
        return new ProcessorSpec(
                node,
                of(32768, "bytes"),
                of(8, "ways"),
                of(2, "ns"),
                of(10, "lines"),
                of(1000, "ns"),
                of(100, "ns"),
                of(64, "bytes"));
    }

    private static AccessEdge edge(int initiator, int node, double ns) {
        return new AccessEdge(initiator, node, of(ns, "ns"), of(100, "GB/s"), of(100, "GB/s"), of(0.8, "share"));
    }

    private static CopyEdge copy(int source, int target) {
        return new CopyEdge(source, target, of(1000, "ns"), of(50, "ns"), of(50, "GB/s"));
    }

    /** {@return a machine without devices attached} */
    public static MachineSpec bare(String policy) {
        return MachineSpec.of(profile(), policy).withDevices(List.of());
    }

    /** {@return a machine with its device} */
    public static MachineSpec full(String policy, Backing backing) {
        return MachineSpec.of(profile(), policy).withBacking(backing);
    }

    /** {@return a plan in which the device is hidden and faults migrate} */
    public static Plan hidden(MachineView machine) {
        return plan(machine, PRIVATE, List.of(RAM), List.of(DEVICE), DeviceAction.MIGRATE);
    }

    /** {@return a plan in which the device is a node that is only reached when it is named} */
    public static Plan node(MachineView machine) {
        return plan(machine, COHERENT, List.of(DEVICE, RAM), List.of(DEVICE), DeviceAction.MIGRATE);
    }

    /** {@return a plan with these lists for the device's own node} */
    public static Plan plan(
            MachineView machine, MemoryType type, List<Integer> own, List<Integer> ownOnly, DeviceAction action) {
        Map<Integer, MemoryType> types = new HashMap<>();
        List<Zonelist> lists = new ArrayList<>();
        for (NodeSpec node : machine.profile().nodes()) {
            if (node.kind() == NodeKind.DEVICE) {
                types.put(node.id(), type);
                lists.add(new Zonelist(node.id(), null, own, ownOnly));
            } else {
                lists.add(new Zonelist(node.id(), null, List.of(node.id()), List.of(node.id())));
            }
        }
        var representation = new Representation(types, lists, NodeSet.ALL, ListSelection.FIRST_OF_MASK, List.of());
        return new Plan(representation, List.of(DeviceRule.always(action)), 1, 1, false);
    }
}

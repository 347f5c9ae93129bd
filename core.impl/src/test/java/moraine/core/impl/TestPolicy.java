package moraine.core.impl;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.WhenFull;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.PlacementPolicy;

/** One of two ways to show a device's memory, on a machine with CPU node 0. */
public final class TestPolicy implements PlacementPolicy {
    /** How a device's memory is shown. */
    public enum Kind {
        /** Hidden from CPUs; device faults move pages there, CPU touches bring them back. */
        HIDDEN,
        /** A node like others that nothing reaches unasked; devices fill holes in it and map the rest where it is. */
        NODE
    }

    private static final MemoryType HIDDEN_TYPE = new MemoryType(
            "test-hidden",
            Set.of(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.HOT_REMOVABLE),
            PinRule.MIGRATE_FIRST,
            PinRule.MIGRATE_FIRST);

    private static final MemoryType NODE_TYPE = new MemoryType(
            "test-node",
            Set.of(
                    Attribute.CPU_ADDRESSABLE,
                    Attribute.DEVICE_ADDRESSABLE,
                    Attribute.COHERENT,
                    Attribute.MOVABLE,
                    Attribute.FILE_BACKABLE,
                    Attribute.USER_BINDABLE,
                    Attribute.USER_PREFERABLE,
                    Attribute.USER_MIGRATABLE,
                    Attribute.HOT_REMOVABLE),
            PinRule.ALLOW,
            PinRule.MIGRATE_FIRST);

    private static final List<Reason> LEAVING = List.of(Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL);

    private final Kind kind;
    private final Parameters parameters;

    TestPolicy(Kind kind, Parameters parameters) {
        this.kind = kind;
        this.parameters = parameters;
    }

    /** {@return the family's name} */
    public static String family(Kind kind) {
        return kind == Kind.HIDDEN ? "hidden" : "node";
    }

    @Override
    public String name() {
        return family(kind) + parameters;
    }

    @Override
    public Plan plan(MachineView machine) {
        boolean large = parameters.flag("large", false);
        int window = (int) parameters.number("window", 8);
        int prefetch = (int) parameters.number("prefetch", 0);
        return kind == Kind.HIDDEN
                ? new Plan(hidden(machine), List.of(DeviceRule.always(action())), window, window, large, prefetch)
                : new Plan(node(machine), List.of(filled()), window, window, large, prefetch);
    }

    private DeviceAction action() {
        if (parameters.flag("duplicate", false)) {
            return DeviceAction.DUPLICATE_READ_ONLY;
        }
        return parameters.flag("remote", false) ? DeviceAction.MAP_REMOTE : DeviceAction.MIGRATE;
    }

    private DeviceRule filled() {
        return parameters.flag("exclusive", false) ? DeviceRule.always(DeviceAction.EXCLUSIVE) : fillHoles();
    }

    private static DeviceRule fillHoles() {
        return new DeviceRule(null, DeviceRule.HOLE, null, DeviceAction.MIGRATE);
    }

    private static Map<Integer, MemoryType> types(MachineView machine, MemoryType type) {
        Map<Integer, MemoryType> types = new HashMap<>();
        machine.devices().forEach(device -> types.put(device.node(), type));
        return types;
    }

    private static Representation hidden(MachineView machine) {
        List<Zonelist> lists = new ArrayList<>();
        lists.add(new Zonelist(0, null, List.of(0), List.of(0)));
        for (DeviceInfo device : machine.devices()) {
            int node = device.node();
            lists.add(new Zonelist(node, null, List.of(0), List.of(node)));
            lists.add(new Zonelist(node, Reason.DEVICE_FAULT, List.of(node, 0), List.of(node)));
        }
        return new Representation(types(machine, HIDDEN_TYPE), lists, NodeSet.ALL, ListSelection.LOCAL, List.of());
    }

    private MemoryType nodeType() {
        PinRule lasting = PinRule.valueOf(parameters.text("longPins", PinRule.MIGRATE_FIRST.name()));
        var attributes = EnumSet.copyOf(NODE_TYPE.attributes());
        if (parameters.flag("hinted", false)) {
            attributes.add(Attribute.HINT_FAULTABLE);
        }
        if (parameters.flag("fixed", false)) {
            attributes.remove(Attribute.MOVABLE);
        }
        for (String also : parameters.text("also", "").split("\\+", -1)) {
            if (!also.isEmpty()) {
                attributes.add(Attribute.valueOf(also));
            }
        }
        boolean mergeable = parameters.flag("mergeable", false);
        if (mergeable) {
            attributes.add(Attribute.MERGEABLE);
        }
        String name = NODE_TYPE.name() + (mergeable ? "-merge" : "");
        return new MemoryType(name, attributes, NODE_TYPE.pinShort(), lasting);
    }

    private Map<Integer, WhenFull> full(MachineView machine) {
        WhenFull rule = WhenFull.valueOf(parameters.text("full", WhenFull.FAIL.name()));
        Map<Integer, WhenFull> full = new HashMap<>();
        machine.devices().forEach(device -> full.put(device.node(), rule));
        return rule == WhenFull.FAIL ? Map.of() : full;
    }

    private Representation node(MachineView machine) {
        List<Zonelist> lists = new ArrayList<>();
        lists.add(new Zonelist(0, null, List.of(0), List.of(0)));
        for (DeviceInfo device : machine.devices()) {
            int node = device.node();
            lists.add(new Zonelist(node, null, List.of(node, 0), List.of(node)));
            LEAVING.forEach(reason -> lists.add(new Zonelist(node, reason, List.of(0), List.of(node))));
        }
        return new Representation(
                types(machine, nodeType()),
                lists,
                NodeSet.of(0),
                ListSelection.FIRST_OF_MASK,
                List.of(),
                full(machine));
    }
}

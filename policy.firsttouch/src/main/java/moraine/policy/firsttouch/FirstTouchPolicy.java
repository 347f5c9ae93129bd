package moraine.policy.firsttouch;

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
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.PlacementPolicy;

/**
 * The baseline: a page is made on the node of whoever touches it first and stays there. A coherent device is a node
 * like every other, and RAM spills to it; the memory of another device is private to it, because CPUs cannot reach it,
 * and a CPU touch brings back the one page that it needs.
 */
final class FirstTouchPolicy implements PlacementPolicy {
    static final String NAME = "first-touch";

    static final MemoryType COHERENT_DEVICE = new MemoryType(
            "coherent-device",
            EnumSet.complementOf(EnumSet.of(Attribute.HINT_FAULTABLE, Attribute.DEMOTION_TARGET)),
            PinRule.ALLOW,
            PinRule.MIGRATE_FIRST);

    static final MemoryType DEVICE_PRIVATE = new MemoryType(
            "device-private",
            EnumSet.of(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.HOT_REMOVABLE),
            PinRule.MIGRATE_FIRST,
            PinRule.MIGRATE_FIRST);

    /** Reasons for which a page leaves a device; its own list would lead it back. */
    private static final List<Reason> LEAVING =
            List.of(Reason.BRING_BACK, Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL);

    private static final Parameter.Flag LARGE =
            Parameter.flag("largePages", false, "whether an aligned first touch may make a 2 MiB page");

    /** All parameters. */
    static final List<Parameter> ALL = List.of(LARGE);

    private final String instance;
    private final boolean largePages;

    FirstTouchPolicy(String instance, boolean largePages) {
        this.instance = instance;
        this.largePages = largePages;
    }

    /** {@return whether an aligned first touch may make a 2 MiB page: the only parameter} */
    static boolean largePages(Parameters given) {
        given.requireKnown(NAME, ALL);
        return LARGE.of(given);
    }

    @Override
    public String name() {
        return instance;
    }

    @Override
    public Plan plan(MachineView machine) {
        var types = new TreeMap<Integer, MemoryType>();
        for (DeviceInfo device : machine.devices()) {
            types.put(device.node(), device.capabilities().coherent() ? COHERENT_DEVICE : DEVICE_PRIVATE);
        }
        return new Plan(
                new Representation(types, zonelists(machine), NodeSet.ALL, ListSelection.LOCAL, List.of()),
                List.of(DeviceRule.always(DeviceAction.MAP_REMOTE)),
                /* bringBackPages= */ 1,
                /* migratePages= */ 1,
                largePages);
    }

    private static List<Zonelist> zonelists(MachineView machine) {
        var order = new NodeOrder(machine);
        var devices = machine.devices().stream().map(DeviceInfo::node).toList();
        var hidden = machine.devices().stream()
                .filter(device -> !device.capabilities().coherent())
                .map(DeviceInfo::node)
                .toList();
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : machine.profile().nodes()) {
            int id = node.id();
            var own = List.of(id);
            List<Integer> visible = order.visible(id);
            lists.add(new Zonelist(id, null, devices.contains(id) ? order.ownFirst(id) : visible, own));
            if (devices.contains(id)) {
                List<Integer> ram = order.ram(id);
                List<Integer> without = hidden.contains(id) ? List.of() : own;
                LEAVING.forEach(reason -> lists.add(new Zonelist(id, reason, ram, without)));
            }
        }
        return lists;
    }
}

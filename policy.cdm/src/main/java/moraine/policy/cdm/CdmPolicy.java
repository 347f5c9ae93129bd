package moraine.policy.cdm;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.Zonelist;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.PlacementPolicy;

/**
 * Coherent device memory as proposed for Linux in 2017: a device is a NUMA node that holds what is bound or moved to it
 * and nothing else. Its zones are in its own zonelist only, an explicit mask leads there by its first node, and a
 * request without one is confined to system RAM. A device reaches other pages over the link; regions that its counters
 * call hot move to it as a whole, which is what the driver's {@code migrate_virtual_range} did.
 */
final class CdmPolicy implements PlacementPolicy {
    static final String NAME = "cdm";

    /** CPU-visible memory that merging, hint faults and demotion leave alone, and that long pins must leave. */
    static final MemoryType COHERENT_DEVICE = new MemoryType(
            "coherent-device",
            EnumSet.of(
                    Attribute.CPU_ADDRESSABLE,
                    Attribute.DEVICE_ADDRESSABLE,
                    Attribute.COHERENT,
                    Attribute.MOVABLE,
                    Attribute.ON_LRU,
                    Attribute.FILE_BACKABLE,
                    Attribute.RECLAIMABLE,
                    Attribute.USER_BINDABLE,
                    Attribute.USER_MIGRATABLE,
                    Attribute.HOT_REMOVABLE),
            PinRule.ALLOW,
            PinRule.MIGRATE_FIRST);

    /** Reasons for which a page leaves a device; its own list would lead it back. */
    private static final List<Reason> LEAVING = List.of(Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL);

    private final String instance;
    private final CdmSettings settings;
    private final PolicyContext context;

    CdmPolicy(String instance, CdmSettings settings, PolicyContext context) {
        this.instance = instance;
        this.settings = settings;
        this.context = context;
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

    @Override
    public void onAccessCounters(AccessSample sample) {
        long room = roomPages(sample.device());
        for (int i = 0; i < sample.size(); i++) {
            long pages = Pages.count(sample.bytes(i));
            if (sample.accesses(i) >= settings.counterThreshold() && pages <= room) {
                context.requestMigration(
                        sample.space(i), sample.start(i), sample.bytes(i), sample.device(), Cause.ACCESS_COUNTERS);
                room -= pages;
            }
        }
    }

    /** A move that must fail for want of pages would only take translations away from the device. */
    private long roomPages(int device) {
        return context.view().nodes().stream()
                .filter(node -> node.id() == device)
                .mapToLong(node -> node.freePages() - node.lowPages())
                .findFirst()
                .orElse(0);
    }

    private static Representation representation(MachineView machine) {
        var types = new TreeMap<Integer, MemoryType>();
        machine.devices().forEach(device -> types.put(device.node(), COHERENT_DEVICE));
        return new Representation(types, zonelists(machine), ram(machine), ListSelection.FIRST_OF_MASK, List.of());
    }

    private static NodeSet ram(MachineView machine) {
        return NodeSet.of(machine.profile().nodes().stream()
                .filter(node -> node.kind() != NodeKind.DEVICE)
                .mapToInt(NodeSpec::id)
                .toArray());
    }

    private static List<Zonelist> zonelists(MachineView machine) {
        var devices = machine.devices().stream().map(DeviceInfo::node).toList();
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : machine.profile().nodes()) {
            List<Integer> ram = machine.profile().nearestRam(node.id());
            var own = List.of(node.id());
            if (devices.contains(node.id())) {
                lists.add(new Zonelist(node.id(), null, join(own, ram), own));
                LEAVING.forEach(reason -> lists.add(new Zonelist(node.id(), reason, ram, own)));
            } else {
                lists.add(new Zonelist(node.id(), null, ram, own));
            }
        }
        return lists;
    }

    private static List<Integer> join(List<Integer> first, List<Integer> rest) {
        var all = new ArrayList<>(first);
        all.addAll(rest);
        return all;
    }
}

package moraine.policy.cdm;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Admission;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.RequestBit;
import moraine.core.api.model.WhenFull;
import moraine.core.api.model.Zonelist;

/**
 * How the allocator sees coherent devices, in each of the designs that were posted in 2016 and 2017. All of them have
 * the node in the set of all memory and in that of coherent devices; system memory is the difference. They differ in
 * what keeps unasked pages out.
 */
final class CdmRepresentation {
    /** CPU-visible memory that merging, hint faults and demotion leave alone, and that long pins must leave. */
    static final MemoryType COHERENT_DEVICE = type(
            Attribute.CPU_ADDRESSABLE,
            Attribute.DEVICE_ADDRESSABLE,
            Attribute.COHERENT,
            Attribute.MOVABLE,
            Attribute.ON_LRU,
            Attribute.FILE_BACKABLE,
            Attribute.RECLAIMABLE,
            Attribute.USER_BINDABLE,
            Attribute.USER_PREFERABLE,
            Attribute.USER_MIGRATABLE,
            Attribute.HOT_REMOVABLE);

    /** The same where no application may bind: its nodes are in no task's allowed set. */
    static final MemoryType UNBINDABLE_DEVICE =
            without(COHERENT_DEVICE, Attribute.USER_BINDABLE, Attribute.USER_PREFERABLE);

    /** Reasons for which a page leaves a device; its own list would lead it back. */
    private static final List<Reason> LEAVING = List.of(Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL);

    /**
     * Pages that no device's memory ever holds: those that could not leave it, the pool of large pages, and those that
     * are used little, or much, by CPUs.
     */
    private static final List<Reason> NEVER =
            List.of(Reason.UNMOVABLE, Reason.LARGE_ONLY, Reason.DEMOTION, Reason.PROMOTION);

    private final MachineView machine;
    private final CdmSettings settings;

    CdmRepresentation(MachineView machine, CdmSettings settings) {
        this.machine = machine;
        this.settings = settings;
    }

    Representation make() {
        return switch (settings.isolation()) {
            case ZONELIST -> zonelist();
            case CPUSET -> cpuset();
            case MASK -> mask();
        };
    }

    /** RFC of January 2017, first set: a device's zones are in its own list only. */
    private Representation zonelist() {
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : machine.profile().nodes()) {
            List<Integer> all = coherent(node.id()) ? devicesList(node, ram(node)) : systemsList(node, ram(node));
            lists.add(new Zonelist(node.id(), null, all, List.of(node.id())));
        }
        return representation(lists, COHERENT_DEVICE, unasked(), ListSelection.FIRST_OF_MASK, List.of());
    }

    /**
     * RFC of January 2017, second set: all lists have all zones, but no task's set of allowed nodes has a device. A
     * request that names the node and takes no other, as migration does, is let through by the patch that ignores the
     * set then.
     */
    private Representation cpuset() {
        var lists = new ArrayList<Zonelist>();
        for (NodeSpec node : machine.profile().nodes()) {
            boolean closed = coherent(node.id()) && !settings.thisNode();
            lists.add(new Zonelist(node.id(), null, list(node), closed ? ram(node) : List.of(node.id())));
        }
        return representation(lists, UNBINDABLE_DEVICE, unasked(), ListSelection.LOCAL, List.of());
    }

    /**
     * Patches of 15 February 2017: all lists have all zones, and the allocator passes over a device unless the request
     * brought a mask of its own or names the node and takes no other. A mask that a task's limits produced is not one.
     */
    private Representation mask() {
        var lists = new ArrayList<Zonelist>();
        machine.profile()
                .nodes()
                .forEach(node -> lists.add(new Zonelist(node.id(), null, list(node), List.of(node.id()))));
        var asked = EnumSet.of(RequestBit.EXPLICIT_MASK, RequestBit.NAMED_NODE);
        List<Admission> admissions = settings.spill().in()
                ? List.of()
                : devices().stream().map(node -> new Admission(node, asked)).toList();
        return representation(lists, COHERENT_DEVICE, NodeSet.ALL, ListSelection.LOCAL, admissions);
    }

    private Representation representation(
            List<Zonelist> lists,
            MemoryType type,
            NodeSet defaultMask,
            ListSelection selection,
            List<Admission> admissions) {
        var types = new TreeMap<Integer, MemoryType>();
        devices().forEach(node -> types.put(node, type));
        for (NodeSpec node : machine.profile().nodes()) {
            NEVER.forEach(reason -> lists.add(new Zonelist(node.id(), reason, ram(node), ram(node))));
            if (coherent(node.id())) {
                List<Integer> itself = lists.stream()
                        .filter(list -> list.node() == node.id() && list.reason() == null)
                        .findFirst()
                        .orElseThrow()
                        .noFallback();
                LEAVING.forEach(reason -> lists.add(new Zonelist(node.id(), reason, ram(node), itself)));
            }
        }
        var full = new TreeMap<Integer, WhenFull>();
        devices().forEach(node -> full.put(node, settings.full()));
        return new Representation(types, lists, defaultMask, selection, admissions, full);
    }

    /** {@return the nodes of requests without a mask} */
    private NodeSet unasked() {
        return settings.spill().in() ? NodeSet.ALL : system();
    }

    /** {@return a device's own list: itself, and RAM where pages spill out} */
    private List<Integer> devicesList(NodeSpec device, List<Integer> beyond) {
        return settings.spill().out() ? join(device.id(), beyond) : List.of(device.id());
    }

    /** {@return a list of RAM, and at its end the devices where pages spill in} */
    private List<Integer> systemsList(NodeSpec node, List<Integer> ram) {
        if (!settings.spill().in()) {
            return ram;
        }
        var list = new ArrayList<>(ram);
        list.addAll(machine.profile().nearest(node.id(), other -> coherent(other.id())));
        return list;
    }

    /**
     * {@return the list of a node where all lists have all zones} Devices come last where who asks for nothing may get
     * them; then a preference leads to a device, which decides alone what becomes of it.
     */
    private List<Integer> list(NodeSpec node) {
        if (!settings.spill().in()) {
            return all(node);
        }
        return coherent(node.id()) ? devicesList(node, ram(node)) : systemsList(node, ram(node));
    }

    private List<Integer> devices() {
        return machine.devices().stream().map(DeviceInfo::node).toList();
    }

    private boolean coherent(int node) {
        return devices().contains(node);
    }

    private NodeSet system() {
        return NodeSet.of(machine.profile().nodes().stream()
                .filter(node -> node.kind() != NodeKind.DEVICE)
                .mapToInt(NodeSpec::id)
                .toArray());
    }

    private List<Integer> ram(NodeSpec node) {
        return machine.profile().nearestRam(node.id());
    }

    private List<Integer> all(NodeSpec node) {
        return machine.profile().nearest(node.id(), other -> other.kind() != NodeKind.DEVICE || coherent(other.id()));
    }

    private static List<Integer> join(int first, List<Integer> rest) {
        var all = new ArrayList<Integer>();
        all.add(first);
        all.addAll(rest);
        return all;
    }

    private static MemoryType type(Attribute first, Attribute... rest) {
        return new MemoryType("coherent-device", EnumSet.of(first, rest), PinRule.ALLOW, PinRule.MIGRATE_FIRST);
    }

    private static MemoryType without(MemoryType type, Attribute... gone) {
        var left = EnumSet.copyOf(type.attributes());
        left.removeAll(Set.of(gone));
        return new MemoryType(type.name(), left, type.pinShort(), type.pinLong());
    }
}

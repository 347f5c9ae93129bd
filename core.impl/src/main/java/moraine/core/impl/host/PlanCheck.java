package moraine.core.impl.host;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Blame;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Nearest;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Zonelist;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.types.Types;

/**
 * Says what is illegal in a plan for a machine as it is; the form of its zonelists is checked when they are compiled.
 */
final class PlanCheck {
    /** Reasons of allocations whose page a CPU must be able to reach. */
    private static final Set<Reason> FOR_CPUS = Set.of(Reason.CPU_FAULT, Reason.COPY_ON_WRITE, Reason.BRING_BACK);

    private final Topology topology;
    private final Types types;
    private final Plan plan;
    private final Map<Integer, DeviceInfo> devices;

    private PlanCheck(Topology topology, Types types, MachineView view, Plan plan) {
        this.topology = topology;
        this.types = types;
        this.plan = plan;
        this.devices = view.devices().stream().collect(Collectors.toMap(DeviceInfo::node, device -> device));
    }

    /**
     * Checks a plan for a machine as it is now.
     *
     * @param own nodes whose types are the policy's; those of absent devices keep types of policies before it, whose
     *     names are not its to know
     * @throws MoraineException EINVAL
     */
    static void run(Topology topology, Types types, MachineView view, Plan plan, Set<Integer> own) {
        var check = new PlanCheck(topology, types, view, plan);
        check.types(own);
        check.zonelists();
        check.rules();
    }

    private void types(Set<Integer> own) {
        Map<String, MemoryType> names = new HashMap<>();
        plan.representation().types().forEach((node, type) -> {
            exists(node, "memory type " + type.name());
            MemoryType same = own.contains(node) ? names.putIfAbsent(type.name(), type) : null;
            if (same != null && !same.equals(type)) {
                throw illegal("two memory types are named " + type.name() + "; give each its own name");
            }
            if (topology.kind(node) == NodeKind.DEVICE) {
                deviceType(node, type);
            } else if (!type.cpuAddressable()) {
                throw illegal("memory type " + type.name() + " of " + named(node)
                        + " is not CPU_ADDRESSABLE, but the node is not a device's; add the attribute");
            }
        });
    }

    private void deviceType(int node, MemoryType type) {
        DeviceInfo device = devices.get(node);
        if (!type.has(Attribute.DEVICE_ADDRESSABLE)) {
            throw illegal("memory type " + type.name() + " of " + named(node)
                    + " is not DEVICE_ADDRESSABLE, but the node is a device's; add the attribute");
        }
        if (device != null && !device.capabilities().coherent() && type.cpuAddressable()) {
            throw illegal("memory type " + type.name() + " of " + named(node) + " is CPU_ADDRESSABLE, but device "
                    + device.name() + " is not coherent; represent its memory as device-private");
        }
    }

    private void zonelists() {
        for (Zonelist list : plan.representation().zonelists()) {
            exists(list.node(), "a zonelist");
            nodes(list, list.fallback());
            nodes(list, list.noFallback());
        }
    }

    private void nodes(Zonelist list, List<Integer> nodes) {
        for (int node : nodes) {
            exists(node, name(list));
            if (servesCpus(list) && !typeOf(node).cpuAddressable()) {
                throw illegal(name(list) + " leads to " + named(node) + " of type "
                        + typeOf(node).name()
                        + ", which is not CPU_ADDRESSABLE: a CPU fault could not be served from it; take it off");
            }
        }
    }

    /** A list without a reason of a device's own node serves that device; every other one serves CPUs too. */
    private boolean servesCpus(Zonelist list) {
        return list.reason() == null ? topology.kind(list.node()) != NodeKind.DEVICE : FOR_CPUS.contains(list.reason());
    }

    private MemoryType typeOf(int node) {
        MemoryType type = plan.representation().types().get(node);
        if (type != null) {
            return type;
        }
        return topology.kind(node) == NodeKind.DEVICE ? LastResort.DEVICE_PRIVATE : MemoryType.SYSTEM;
    }

    private void rules() {
        for (DeviceRule rule : plan.deviceRules()) {
            Integer initiator = rule.initiator();
            if (initiator != null) {
                exists(initiator, "a device rule");
            }
            String resident = rule.resident();
            if (resident != null && !known(resident)) {
                throw illegal("a device rule is for pages of type " + resident + ", which no node has and none had"
                        + Nearest.hint(resident, typeNames()));
            }
        }
    }

    private boolean known(String type) {
        return type.equals(DeviceRule.HOLE) || typeNames().contains(type);
    }

    private Set<String> typeNames() {
        Set<String> names = new HashSet<>();
        plan.representation().types().values().forEach(type -> names.add(type.name()));
        for (int i = 0; i < types.count(); i++) {
            names.add(types.type(i).name());
        }
        return names;
    }

    private void exists(int node, String what) {
        if (!topology.exists(node)) {
            throw illegal(what + " is for node " + node + ", which the profile does not have; its nodes are "
                    + topology.ofKind(NodeKind.values()));
        }
    }

    private String named(int node) {
        return "node " + node + " (" + topology.node(node).name() + ")";
    }

    private static String name(Zonelist list) {
        return "the zonelist of node " + list.node() + " for "
                + (list.reason() == null ? "all reasons" : list.reason().toString());
    }

    private static MoraineException illegal(String what) {
        return new MoraineException(Errno.EINVAL, Blame.PLUGIN, what);
    }
}

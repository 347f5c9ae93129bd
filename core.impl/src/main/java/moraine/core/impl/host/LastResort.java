package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Plan;
import moraine.core.api.model.Representation;
import moraine.core.api.model.Zonelist;
import moraine.core.impl.topology.Topology;
import org.jspecify.annotations.Nullable;

/**
 * The constant plan that needs no plug-in: allocate in RAM, leave resident pages where they are, bring back the one
 * touched page, let devices access over the link. It takes over the memory types in force, so that nothing needs to be
 * converted when it steps in.
 */
final class LastResort {
    static final String NAME = MachineSpec.LAST_RESORT;
    /** Who is named as the mover of pages. */
    static final String BUNDLE = "moraine.core.impl (last resort)";
    /** What a device's memory is as long as no policy has said otherwise. */
    static final MemoryType DEVICE_PRIVATE = new MemoryType(
            "ram-only-device",
            EnumSet.of(Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE, Attribute.ON_LRU, Attribute.HOT_REMOVABLE),
            PinRule.MIGRATE_FIRST,
            PinRule.MIGRATE_FIRST);

    private LastResort() {}

    /** @param before the plan in force until now, or null */
    static Plan plan(Topology topology, @Nullable Plan before) {
        Map<Integer, MemoryType> types = new HashMap<>();
        List<Zonelist> lists = new ArrayList<>();
        for (NodeSpec node : topology.profile().nodes()) {
            boolean given = before != null && before.representation().types().containsKey(node.id());
            if (given || node.kind() == NodeKind.DEVICE) {
                types.put(node.id(), typeBefore(before, node.id()));
            }
            lists.add(list(topology, node));
        }
        NodeSet ram = topology.ofKind(NodeKind.CPU, NodeKind.MEMORY);
        return new Plan(new Representation(types, lists, ram, ListSelection.LOCAL, List.of()), List.of(), 1, 1, false);
    }

    /**
     * {@return the plan with what it need not say: type and zonelist of nodes whose device is absent}
     *
     * @param present nodes of the devices that are there
     * @param before the plan in force until now, or null
     */
    static Plan complete(Plan plan, Topology topology, Set<Integer> present, @Nullable Plan before) {
        Representation given = plan.representation();
        Map<Integer, MemoryType> types = new HashMap<>(given.types());
        List<Zonelist> lists = new ArrayList<>(given.zonelists());
        for (NodeSpec node : topology.profile().nodes()) {
            if (node.kind() == NodeKind.DEVICE && !present.contains(node.id())) {
                types.putIfAbsent(node.id(), typeBefore(before, node.id()));
                if (given.zonelists().stream().noneMatch(list -> list.node() == node.id() && list.reason() == null)) {
                    lists.add(list(topology, node));
                }
            }
        }
        var whole = new Representation(
                types, lists, given.defaultMask(), given.selection(), given.admissions(), given.whenFull());
        return new Plan(
                whole,
                plan.deviceRules(),
                plan.bringBackPages(),
                plan.migratePages(),
                plan.largePages(),
                plan.prefetchPercent());
    }

    private static MemoryType typeBefore(@Nullable Plan before, int node) {
        MemoryType type =
                before == null ? null : before.representation().types().get(node);
        return type == null ? DEVICE_PRIVATE : type;
    }

    private static Zonelist list(Topology topology, NodeSpec node) {
        NodeSet ram = topology.ofKind(NodeKind.CPU, NodeKind.MEMORY);
        List<Integer> near = IntStream.of(topology.byLatency(node.id()))
                .filter(ram::contains)
                .boxed()
                .toList();
        return new Zonelist(node.id(), null, near, ram.contains(node.id()) ? List.of(node.id()) : near);
    }
}

package moraine.core.impl.allocator;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import moraine.core.api.model.Admission;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.RequestBit;
import moraine.core.api.model.WhenFull;
import moraine.core.api.model.Zonelist;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;

/** Checks a representation against the machine and lays it out in arrays. */
@SuppressWarnings("EnumOrdinal")
final class ZonelistCompiler {
    private static final int NODES = 64;

    private final Representation representation;
    private final Topology topology;

    ZonelistCompiler(Representation representation, Topology topology) {
        this.representation = representation;
        this.topology = topology;
    }

    /** {@return lists by {@link Zonelists#place}; every processor's node has one for every reason} */
    int[][] lists() {
        int[][] lists = new int[Zonelists.places(topology.nodes())][];
        for (Zonelist list : representation.zonelists()) {
            if (list.reason() != null) {
                put(lists, list, list.reason(), "zonelist of node " + list.node() + " for " + list.reason());
            }
        }
        Set<Integer> general = new HashSet<>();
        for (Zonelist list : representation.zonelists()) {
            if (list.reason() == null) {
                fill(lists, list, general);
            }
        }
        topology.profile().nodes().forEach(node -> complete(lists, node));
        return lists;
    }

    private void put(int[][] lists, Zonelist list, Reason reason, String what) {
        checkNode(list.node(), what);
        int place = Zonelists.place(list.node(), reason, false);
        if (lists[place] != null) {
            throw bad(what + " is given twice; keep one");
        }
        lists[place] = nodes(list.noFallback(), what + " without fallback");
        lists[place | 1] = nodes(list.fallback(), what + " with fallback");
    }

    private void fill(int[][] lists, Zonelist list, Set<Integer> general) {
        String what = "zonelist of node " + list.node();
        checkNode(list.node(), what);
        if (!general.add(list.node())) {
            throw bad(what + " is given twice; keep one");
        }
        for (Reason reason : Reason.values()) {
            if (lists[Zonelists.place(list.node(), reason, false)] == null) {
                put(lists, list, reason, what);
            }
        }
    }

    private void complete(int[][] lists, NodeSpec node) {
        for (Reason reason : Reason.values()) {
            if (node.kind() != NodeKind.MEMORY && lists[Zonelists.place(node.id(), reason, false)] == null) {
                throw bad("node " + node.id() + " (" + node.name() + ") has processors but no zonelist for " + reason
                        + "; add one, or one for every reason");
            }
        }
    }

    private int[] nodes(List<Integer> list, String what) {
        Set<Integer> seen = new HashSet<>();
        for (int node : list) {
            checkNode(node, what);
            if (!seen.add(node)) {
                throw bad(what + " names node " + node + " twice in " + list + "; name it once");
            }
        }
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** {@return admitting request bits by node} */
    int[] admissions() {
        int[] admissions = new int[NODES];
        Set<Integer> seen = new HashSet<>();
        for (Admission admission : representation.admissions()) {
            checkNode(admission.node(), "admission test");
            if (!seen.add(admission.node())) {
                throw bad("node " + admission.node() + " has two admission tests; keep one");
            }
            for (RequestBit bit : admission.anyOf()) {
                admissions[admission.node()] |= 1 << bit.ordinal();
            }
        }
        return admissions;
    }

    /** {@return type indices by node} */
    int[] types(Types table) {
        int[] types = new int[NODES];
        Arrays.fill(types, -1);
        Map<Integer, MemoryType> given = representation.types();
        given.keySet().stream().sorted().forEach(node -> checkNode(node, "memory type"));
        for (NodeSpec node : topology.profile().nodes()) {
            MemoryType type = given.get(node.id());
            if (type == null && node.kind() == NodeKind.DEVICE) {
                throw bad(
                        "node " + node.id() + " (" + node.name() + ") is a device's and has no memory type; name one");
            }
            types[node.id()] = type == null ? table.systemRam() : table.intern(type);
        }
        return types;
    }

    /** {@return what becomes of touches that find a node full, by node; null passes them on} */
    @Nullable
    WhenFull[] whenFull() {
        WhenFull[] rules = new WhenFull[NODES];
        representation.whenFull().forEach((node, rule) -> {
            checkNode(node, "what becomes of touches when a node is full");
            rules[node] = rule == WhenFull.FAIL ? null : rule;
        });
        return rules;
    }

    long defaultMask() {
        long present = topology.ofKind(NodeKind.values()).bits();
        if ((representation.defaultMask().bits() & present) == 0) {
            throw bad("default mask " + representation.defaultMask() + " has no node of the machine; its nodes are "
                    + topology.ofKind(NodeKind.values()));
        }
        return representation.defaultMask().bits();
    }

    private void checkNode(int node, String what) {
        if (!topology.exists(node)) {
            throw bad(what + " names node " + node + "; the machine's nodes are " + topology.ofKind(NodeKind.values()));
        }
    }

    private static MoraineException bad(String what) {
        return new MoraineException(Errno.EINVAL, Blame.PLUGIN, "representation: " + what);
    }
}

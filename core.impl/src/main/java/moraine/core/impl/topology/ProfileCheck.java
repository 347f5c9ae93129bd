package moraine.core.impl.topology;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;

/** Finds the first thing that makes a profile unusable, and says it in one line. */
final class ProfileCheck {
    private final TopologyProfile profile;
    private final Map<Integer, NodeSpec> nodes = new HashMap<>();

    ProfileCheck(TopologyProfile profile) {
        this.profile = profile;
    }

    void run() {
        nodes();
        hierarchy();
        processors();
        accesses();
        copies();
        devices();
    }

    private void nodes() {
        Set<String> names = new HashSet<>();
        for (NodeSpec node : profile.nodes()) {
            if (node.id() < 0 || node.id() > 63) {
                throw bad("node id " + node.id() + " (" + node.name() + ") is outside 0..63; number nodes from 0");
            }
            NodeSpec other = nodes.put(node.id(), node);
            if (other != null) {
                throw bad("node id " + node.id() + " is given to " + other.name() + " and to " + node.name()
                        + "; give each its own");
            }
            if (node.name().isBlank() || !names.add(node.name())) {
                throw bad("node " + node.id() + " has the name \"" + node.name()
                        + "\", which is blank or taken; give it its own");
            }
            bytes(node);
        }
        if (profile.nodes().stream().noneMatch(node -> node.kind() == NodeKind.CPU)) {
            throw bad("there is no CPU node among " + nodes.size() + " nodes; add one with processors");
        }
    }

    private void hierarchy() {
        for (NodeSpec node : profile.nodes()) {
            Set<Integer> seen = new HashSet<>();
            for (NodeSpec at = node; at.parent() != null; ) {
                if (!seen.add(at.id())) {
                    throw bad("node " + node.id() + " is its own ancestor by " + seen + "; cut the cycle");
                }
                NodeSpec above = nodes.get(at.parent());
                if (above == null) {
                    throw bad("node " + at.id() + " has parent " + at.parent() + ", which is no node; the nodes are "
                            + nodes.keySet());
                }
                at = above;
            }
        }
    }

    private void processors() {
        Set<Integer> seen = new HashSet<>();
        for (ProcessorSpec processor : profile.processors()) {
            NodeSpec node = known(processor.node(), "processor entry");
            if (node.kind() == NodeKind.MEMORY) {
                throw bad("node " + node.id() + " is MEMORY but has a processor entry; make it CPU or DEVICE, or drop"
                        + " the entry");
            }
            if (!seen.add(processor.node())) {
                throw bad("node " + processor.node() + " has two processor entries; keep one");
            }
        }
    }

    private void accesses() {
        Set<Long> seen = new HashSet<>();
        for (AccessEdge edge : profile.accesses()) {
            String what = "access edge " + edge.initiator() + "->" + edge.node();
            NodeSpec initiator = known(edge.initiator(), what);
            known(edge.node(), what);
            if (initiator.kind() == NodeKind.MEMORY) {
                throw bad(what + " starts at a MEMORY node, which has no processors; start it at a CPU or DEVICE");
            }
            once(seen, edge.initiator(), edge.node(), what);
            unit(edge.latency(), "ns", what + " latency");
            unit(edge.read(), "GB/s", what + " read bandwidth");
            unit(edge.write(), "GB/s", what + " write bandwidth");
            if (edge.knee().value() > 1) {
                throw bad(what + " has knee " + edge.knee().value() + "; it is a share of the bandwidth, 0 to 1");
            }
        }
    }

    private void copies() {
        Set<Long> seen = new HashSet<>();
        for (CopyEdge edge : profile.copies()) {
            String what = "copy edge " + edge.source() + "->" + edge.target();
            known(edge.source(), what);
            known(edge.target(), what);
            once(seen, edge.source(), edge.target(), what);
            unit(edge.startup(), "ns", what + " startup");
            unit(edge.perPage(), "ns", what + " cost of a page");
            unit(edge.bandwidth(), "GB/s", what + " bandwidth");
        }
    }

    private void devices() {
        Set<String> names = new HashSet<>();
        Map<Integer, String> owners = new HashMap<>();
        for (DeviceSpec device : profile.devices()) {
            NodeSpec node = known(device.node(), "device " + device.name());
            if (node.kind() != NodeKind.DEVICE) {
                throw bad("device " + device.name() + " brings node " + node.id() + ", which is " + node.kind()
                        + "; make the node a DEVICE");
            }
            if (!names.add(device.name())) {
                throw bad("two devices are called " + device.name() + "; rename one");
            }
            String other = owners.put(device.node(), device.name());
            if (other != null) {
                throw bad("devices " + other + " and " + device.name() + " both bring node " + device.node()
                        + "; give each its own");
            }
        }
    }

    private NodeSpec known(int node, String what) {
        NodeSpec spec = nodes.get(node);
        if (spec == null) {
            throw bad(what + " names node " + node + ", which is no node; the nodes are " + nodes.keySet());
        }
        return spec;
    }

    private void once(Set<Long> seen, int from, int to, String what) {
        if (!seen.add((long) from << 32 | to)) {
            throw bad(what + " is given twice; keep one");
        }
    }

    private void unit(Quantity quantity, String unit, String what) {
        if (!quantity.unit().equals(unit)) {
            throw bad(what + " is in " + quantity.unit() + ", not in " + unit + "; convert it");
        }
    }

    private MoraineException bad(String what) {
        return MoraineException.caller(Errno.EINVAL, "profile " + profile.name() + ": " + what);
    }

    /** {@return the node's capacity in bytes} */
    static long bytes(NodeSpec node) {
        Quantity quantity = node.bytes();
        int shift = switch (quantity.unit().toLowerCase(Locale.ROOT)) {
            case "bytes" -> 0;
            case "kib" -> 10;
            case "mib" -> 20;
            case "gib" -> 30;
            case "tib" -> 40;
            default ->
                throw MoraineException.caller(
                        Errno.EINVAL,
                        "capacity of node " + node.id() + " is in " + quantity.unit()
                                + "; use bytes, KiB, MiB, GiB or TiB");
        };
        return (long) (quantity.value() * (1L << shift));
    }
}

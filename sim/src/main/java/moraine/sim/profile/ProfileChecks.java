package moraine.sim.profile;

import java.util.HashSet;
import java.util.Set;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.TopologyProfile;

/** What must hold between the parts of a profile, so that no cost is missing in the middle of a run. */
record ProfileChecks(Field root) {
    void check(MachineProfile profile) {
        TopologyProfile topology = profile.topology();
        for (NodeSpec node : topology.nodes()) {
            parent(topology, node);
            processors(topology, node);
            copies(topology, node);
        }
        Set<Object> seen = new HashSet<>();
        for (DeviceSpec device : topology.devices()) {
            if (!seen.add(device.name()) || !seen.add(device.node())) {
                throw root.child("devices").error("has " + device.name() + " or its node twice; give each its own");
            }
        }
    }

    private void parent(TopologyProfile topology, NodeSpec node) {
        Integer parent = node.parent();
        if (parent != null && (parent == node.id() || topology.node(parent).isEmpty())) {
            throw root.child("nodes").error("has node " + node.id() + " below " + parent + ", which is no other node");
        }
    }

    private void processors(TopologyProfile topology, NodeSpec node) {
        if (node.kind() == NodeKind.MEMORY) {
            return;
        }
        if (topology.processor(node.id()).isEmpty()) {
            throw root.child("processors").error("lacks node " + node.id() + " (" + node.name() + "); add it");
        }
        if (topology.access(node.id(), node.id()).isEmpty()) {
            throw root.child("access").error("lacks initiator " + node.id() + ", node " + node.id() + "; add it");
        }
    }

    private void copies(TopologyProfile topology, NodeSpec from) {
        for (NodeSpec to : topology.nodes()) {
            if (to.id() != from.id() && topology.copy(from.id(), to.id()).isEmpty()) {
                throw root.child("copies").error("lacks from " + from.id() + " to " + to.id() + "; add it");
            }
        }
    }
}

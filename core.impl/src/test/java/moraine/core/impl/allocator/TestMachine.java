package moraine.core.impl.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.Zonelist;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.topology.Profiles;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.tuning.Tuning;
import moraine.core.impl.types.Types;

/** The rooms that an allocator needs, with memory for every node of a topology. */
final class TestMachine {
    static final MemoryType DEVICE = new MemoryType(
            "device",
            Set.of(Attribute.CPU_ADDRESSABLE, Attribute.DEVICE_ADDRESSABLE, Attribute.MOVABLE),
            PinRule.ALLOW,
            PinRule.DENY);

    final Types types = new Types();
    final Topology topology;
    final Frames frames = new Frames(Backing.STAMPS, types, new NativeMemory());
    final Tenants tenants = new Tenants();
    final Counters counters = new Counters();
    final Allocator allocator;
    final Worker worker;

    TestMachine(NodeSpec... nodes) {
        topology = new Topology(Profiles.of(nodes));
        allocator = new Allocator(frames, topology, types, tenants, counters, Tuning.USUAL);
        for (NodeSpec node : nodes) {
            allocator.addNode(node.id(), topology.capacityPages(node.id()), types.systemRam());
        }
        worker = allocator.worker();
    }

    /** One node of RAM that lists itself. */
    static TestMachine ofRam(long pages) {
        TestMachine machine = new TestMachine(Profiles.node(0, NodeKind.CPU, pages));
        machine.publish(machine.everybody(List.of(list(0, 0))));
        return machine;
    }

    static Zonelist list(int node, Integer... fallback) {
        return new Zonelist(node, null, List.of(fallback), List.of(fallback).subList(0, fallback.length == 0 ? 0 : 1));
    }

    /** Local lists, no admission tests, everything allowed. */
    Representation everybody(List<Zonelist> lists) {
        return new Representation(deviceTypes(), lists, NodeSet.ALL, ListSelection.LOCAL, List.of());
    }

    Map<Integer, MemoryType> deviceTypes() {
        return topology.ofKind(NodeKind.DEVICE).stream().boxed().collect(Collectors.toMap(node -> node, _ -> DEVICE));
    }

    void publish(Representation representation) {
        allocator.publish(Zonelists.compile(representation, topology, types));
    }

    /** A request by node 0 for the default tenant. */
    AllocRequest request(Reason reason) {
        return worker.request.reset(reason, Intent.WRITE, 0, 0);
    }

    long allocate(Reason reason) {
        return allocator.allocate(worker, request(reason), 0);
    }

    /** Drops the last reference and frees. */
    void free(long head) {
        free(worker, head);
    }

    void free(Worker by, long head) {
        assertThat(frames.put(head)).isZero();
        allocator.free(by, head);
    }

    static long errno(Errno errno) {
        return -List.of(Errno.values()).indexOf(errno);
    }

    void assertSound() {
        assertThat(allocator.audit()).isEmpty();
    }
}

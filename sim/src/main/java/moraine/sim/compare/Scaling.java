package moraine.sim.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import moraine.sim.Fact;
import moraine.sim.profile.MachineProfile;

/**
 * A profile cut down to a footprint, so that a small subject meets the pressure that a large one meets on the machine:
 *
 * <ul>
 *   <li>each device in use: what was asked for, a share of the footprint or a size, in whole pages;
 *   <li>system memory: 200 % of the footprint, or what was asked for, divided as the profile divides it, in whole
 *       pages;
 *   <li>caches: by the same factor as the memory of their node, but no smaller than the profile's least.
 * </ul>
 *
 * @param profile with the capacities scaled
 * @param devices those in use
 * @param cacheBytes by node id
 * @param facts what was done, for people
 * @param adjustments where a device has not exactly the memory that was asked for, a sentence each
 */
record Scaling(
        MachineProfile profile,
        List<DeviceSpec> devices,
        Map<Integer, Long> cacheBytes,
        List<Fact> facts,
        List<String> adjustments) {
    /**
     * Scales a profile.
     *
     * @param used names of devices
     * @param deviceMemory of each, as people write it
     * @param memory beside them
     */
    static Scaling of(MachineProfile full, Set<String> used, long footprintPages, String deviceMemory, String memory) {
        TopologyProfile topology = full.topology();
        long footprint = footprintPages * Pages.SIZE;
        long asked = Sizes.bytes(Sizes.Kind.DEVICE, deviceMemory, footprint);
        double system = Sizes.bytes(Sizes.Kind.MEMORY, memory, footprint);
        long deviceBytes = up(asked);
        List<DeviceSpec> devices =
                topology.devices().stream().filter(d -> used.contains(d.name())).toList();
        double ram = topology.nodes().stream()
                .filter(n -> n.kind() != NodeKind.DEVICE)
                .mapToDouble(n -> n.bytes().value())
                .sum();
        var capacities = new LinkedHashMap<Integer, Long>();
        for (NodeSpec node : topology.nodes()) {
            boolean device = node.kind() == NodeKind.DEVICE;
            double share = node.bytes().value() / ram * system;
            capacities.put(node.id(), device ? deviceBytes : up((long) share));
        }
        Map<Integer, Long> caches = caches(full, capacities);
        var facts = facts(topology, devices, capacities, caches, footprint);
        List<String> adjustments = devices.isEmpty() ? List.of() : adjustments(deviceMemory, asked, deviceBytes);
        var machine = new MachineProfile(scaled(topology, capacities), full.costs());
        return new Scaling(machine, devices, caches, facts, adjustments);
    }

    /** A share is rounded to pages without a word, unless it is less than one. */
    private static List<String> adjustments(String deviceMemory, long asked, long given) {
        if (given == asked || Sizes.share(deviceMemory) && asked >= Pages.SIZE) {
            return List.of();
        }
        String what = Sizes.share(deviceMemory)
                ? deviceMemory + " of the footprint is " + Sizes.text(asked) + " and"
                : deviceMemory;
        return List.of("device memory " + what + " was raised to " + Sizes.text(given) + ": a node has whole pages of "
                + Sizes.text(Pages.SIZE) + ", at least one");
    }

    private static long up(long bytes) {
        return Math.max(Pages.SIZE, Pages.ceil(bytes));
    }

    private static Map<Integer, Long> caches(MachineProfile machine, Map<Integer, Long> capacities) {
        TopologyProfile topology = machine.topology();
        long least = (long) machine.costs().leastCache().value();
        var caches = new LinkedHashMap<Integer, Long>();
        for (ProcessorSpec processor : topology.processors()) {
            double full = topology.node(processor.node()).orElseThrow().bytes().value();
            double factor = Math.min(1, capacities.getOrDefault(processor.node(), 0L) / full);
            long bytes = (long) (processor.cacheBytes().value() * factor);
            caches.put(processor.node(), Math.max(bytes, least));
        }
        return caches;
    }

    private static TopologyProfile scaled(TopologyProfile full, Map<Integer, Long> capacities) {
        List<NodeSpec> nodes = full.nodes().stream()
                .map(n -> new NodeSpec(
                        n.id(), n.name(), n.kind(), n.parent(), scaled(n, capacities.getOrDefault(n.id(), 0L))))
                .toList();
        return new TopologyProfile(
                full.name(), full.summary(), nodes, full.processors(), full.accesses(), full.copies(), full.devices());
    }

    private static Quantity scaled(NodeSpec node, long bytes) {
        return new Quantity(bytes, "bytes", "scaled from " + node.bytes().value(), Quantity.Confidence.C);
    }

    private static List<Fact> facts(
            TopologyProfile topology,
            List<DeviceSpec> devices,
            Map<Integer, Long> capacities,
            Map<Integer, Long> caches,
            long footprint) {
        var facts = new ArrayList<Fact>();
        Set<Integer> inUse = devices.stream().map(DeviceSpec::node).collect(Collectors.toSet());
        for (NodeSpec node : topology.nodes()) {
            boolean device = node.kind() == NodeKind.DEVICE;
            if (!device || inUse.contains(node.id())) {
                facts.add(new Fact("node " + node.id(), describe(node, capacities, caches, footprint, devices)));
            }
        }
        return facts;
    }

    private static String describe(
            NodeSpec node,
            Map<Integer, Long> capacities,
            Map<Integer, Long> caches,
            long footprint,
            List<DeviceSpec> devices) {
        long bytes = capacities.getOrDefault(node.id(), 0L);
        String owner = devices.stream()
                .filter(d -> d.node() == node.id())
                .map(d -> " of " + d.name())
                .findFirst()
                .orElse("");
        Long cache = caches.get(node.id());
        return String.format(
                Locale.ROOT,
                "%s%s scaled from %s to %s (%,d pages, %.0f %% of the footprint)%s",
                node.name(),
                owner,
                Sizes.text((long) node.bytes().value()),
                Sizes.text(bytes),
                bytes / Pages.SIZE,
                100.0 * bytes / footprint,
                cache == null ? "" : ", its cache to " + Sizes.text(cache));
    }
}

package moraine.core.impl;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import org.jspecify.annotations.Nullable;

/** Small machines: CPU node 0, then devices as nodes 1, 2, ... */
public final class TestProfiles {
    private TestProfiles() {}

    /** {@return a machine with devices of a driver family} */
    public static TopologyProfile devices(
            long ramBytes, long deviceBytes, int devices, String driver, boolean coherent) {
        List<NodeSpec> nodes = new ArrayList<>();
        List<ProcessorSpec> processors = new ArrayList<>();
        List<DeviceSpec> specs = new ArrayList<>();
        List<AccessEdge> accesses = new ArrayList<>();
        List<CopyEdge> copies = new ArrayList<>();
        nodes.add(new NodeSpec(0, "cpu0", NodeKind.CPU, null, q((double) ramBytes, "bytes")));
        processors.add(processor(0));
        for (int d = 1; d <= devices; d++) {
            nodes.add(new NodeSpec(d, "gpu" + (d - 1), NodeKind.DEVICE, 0, q((double) deviceBytes, "bytes")));
            processors.add(processor(d));
            specs.add(new DeviceSpec(
                    "gpu" + (d - 1),
                    driver,
                    d,
                    Parameters.NONE.with("coherent", Boolean.toString(coherent)).with("owner", "owner" + d)));
        }
        for (int from = 0; from <= devices; from++) {
            for (int to = 0; to <= devices; to++) {
                double distance = from == to ? 1 : 4;
                accesses.add(new AccessEdge(
                        from,
                        to,
                        q(100 * distance, "ns"),
                        q(100 / distance, "GB/s"),
                        q(100 / distance, "GB/s"),
                        q(0.8, "share")));
                copies.add(new CopyEdge(from, to, q(1000, "ns"), q(100, "ns"), q(20, "GB/s")));
            }
        }
        return new TopologyProfile("test", "a test machine", nodes, processors, accesses, copies, specs);
    }

    /** {@return a machine of two CPU nodes of 64 MiB} */
    public static TopologyProfile twoSockets() {
        Quantity bytes = q(64 << 20, "bytes");
        return new TopologyProfile(
                "two sockets",
                "",
                List.of(
                        new NodeSpec(0, "cpu0", NodeKind.CPU, null, bytes),
                        new NodeSpec(1, "cpu1", NodeKind.CPU, null, bytes)),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    /** {@return the same machine with a parameter for the driver of one device, or of all} */
    public static TopologyProfile with(TopologyProfile profile, @Nullable Integer node, String name, String value) {
        List<DeviceSpec> devices = profile.devices().stream()
                .map(d -> node != null && node != d.node()
                        ? d
                        : new DeviceSpec(
                                d.name(), d.driver(), d.node(), d.parameters().with(name, value)))
                .toList();
        return new TopologyProfile(
                profile.name(),
                profile.summary(),
                profile.nodes(),
                profile.processors(),
                profile.accesses(),
                profile.copies(),
                devices);
    }

    private static ProcessorSpec processor(int node) {
        return new ProcessorSpec(
                node,
                q(32768, "bytes"),
                q(8, "ways"),
                q(5, "ns"),
                q(10, "lines"),
                q(1000, "ns"),
                q(100, "ns"),
                q(64, "bytes"));
    }

    private static Quantity q(double value, String unit) {
        return Quantity.assumed(value, unit);
    }
}

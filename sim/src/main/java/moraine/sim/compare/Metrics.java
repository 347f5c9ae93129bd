package moraine.sim.compare;

import java.util.List;
import moraine.core.api.host.Machine;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.sim.Metric;
import moraine.sim.Metric.Shown;

/** The figures of a comparison. */
final class Metrics {
    static final int ELAPSED = 0;
    static final int RATIO = 1;
    static final int PEAK = 8;

    static final List<Metric> ALL = List.of(
            new Metric(
                    "modelled time", "modelled_time_ns", "ns", Shown.NS_AS_MS, "From the first map to the last read."),
            new Metric("ratio to best", "ratio_to_best", "", Shown.RATIO, "Modelled time over that of the fastest."),
            new Metric("CPU faults", "cpu_faults", "faults", Shown.COUNT, "Page faults that CPU threads took."),
            new Metric("device faults", "device_faults", "faults", Shown.COUNT, "Page faults that devices reported."),
            new Metric(
                    "pages to device",
                    "pages_to_device",
                    "pages",
                    Shown.COUNT,
                    "Pages that moved from system memory to a device."),
            new Metric(
                    "bytes to device",
                    "bytes_to_device",
                    "bytes",
                    Shown.BYTES_AS_MIB,
                    "Bytes copied from system memory to a device."),
            new Metric(
                    "pages to host",
                    "pages_to_host",
                    "pages",
                    Shown.COUNT,
                    "Pages that moved from a device to system memory."),
            new Metric(
                    "bytes to host",
                    "bytes_to_host",
                    "bytes",
                    Shown.BYTES_AS_MIB,
                    "Bytes copied from a device to system memory."),
            new Metric(
                    "peak device pages",
                    "peak_device_pages",
                    "pages",
                    Shown.COUNT,
                    "Most pages in use at a time in the memory of devices."));

    private Metrics() {}

    /** {@return the figures of a run, the ratio still 0} */
    static List<Number> of(Machine machine, long elapsedNs) {
        return List.of(
                elapsedNs,
                0.0,
                machine.counter("cpu.faults"),
                machine.counter("device.faults"),
                machine.counter("migrate.to.device.pages"),
                machine.counter("migrate.to.device.bytes"),
                machine.counter("migrate.to.host.pages"),
                machine.counter("migrate.to.host.bytes"),
                peakDevicePages(machine));
    }

    private static long peakDevicePages(Machine machine) {
        return machine.nodes().stream()
                .filter(n -> n.kind() == NodeKind.DEVICE)
                .mapToLong(NodeInfo::peakUsedPages)
                .sum();
    }
}

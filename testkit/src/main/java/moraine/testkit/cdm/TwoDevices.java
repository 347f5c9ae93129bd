package moraine.testkit.cdm;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.model.VmaInfo;
import moraine.testkit.Invariants;
import moraine.testkit.JvmThreads;

/**
 * A machine whose coherent devices, nodes 1 and 2, lie between its sockets, nodes 0 and 8: the first node of a mask may
 * be a device's. A CPU of node 0 touches; each node has {@link #PAGES} pages.
 */
public final class TwoDevices implements AutoCloseable {
    public static final int LOCAL = 0;
    public static final int C = 1;
    public static final int OTHER_C = 2;
    public static final int FAR = 8;
    /** Pages of a node. */
    public static final int PAGES = 1024;

    private final Machine machine;
    private final AddressSpace space;
    private final CpuContext cpu;

    /**
     * Makes the machine with one space.
     *
     * @param factory which knows the placement policy and the driver
     * @param driver family of both devices, which take the parameter {@code coherent}
     * @param policy instance name of the placement policy
     * @param allowed nodes that the space's tenant may use; all when none is named
     */
    public TwoDevices(MachineFactory factory, String driver, String policy, int... allowed) {
        this(factory, spec(driver, policy), allowed);
    }

    /** The same, for more than the devices and the policy. */
    TwoDevices(MachineFactory factory, MachineSpec spec, int... allowed) {
        machine = factory.create(spec, factory.wallClock(new JvmThreads(), 1));
        String tenant = allowed.length == 0 ? Machine.DEFAULT_TENANT : "confined";
        if (allowed.length > 0) {
            machine.tenant(tenant, NodeSet.of(allowed), List.of());
        }
        space = machine.openSpace("s", tenant);
        cpu = space.attach(LOCAL);
    }

    static MachineSpec spec(String driver, String policy) {
        return MachineSpec.of(profile(driver), policy);
    }

    private static TopologyProfile profile(String driver) {
        List<NodeSpec> nodes = new ArrayList<>();
        List<ProcessorSpec> processors = new ArrayList<>();
        List<AccessEdge> accesses = new ArrayList<>();
        List<DeviceSpec> devices = new ArrayList<>();
        for (int node : List.of(LOCAL, C, OTHER_C, FAR)) {
            boolean device = node == C || node == OTHER_C;
            NodeKind kind = device ? NodeKind.DEVICE : NodeKind.CPU;
            nodes.add(new NodeSpec(node, "n" + node, kind, device ? LOCAL : null, q(PAGES * Pages.SIZE, "bytes")));
            processors.add(new ProcessorSpec(
                    node,
                    q(32768, "bytes"),
                    q(8, "ways"),
                    q(5, "ns"),
                    q(10, "lines"),
                    q(1000, "ns"),
                    q(100, "ns"),
                    q(64, "bytes")));
            for (int other : List.of(LOCAL, C, OTHER_C, FAR)) {
                double distance = 1.0 + Math.abs(place(node) - place(other));
                accesses.add(new AccessEdge(
                        node, other, q(100 * distance, "ns"), q(50, "GB/s"), q(50, "GB/s"), q(0.8, "share")));
            }
            if (device) {
                devices.add(new DeviceSpec("gpu" + node, driver, node, Parameters.NONE.with("coherent", "true")));
            }
        }
        return new TopologyProfile("two", "two devices", nodes, processors, accesses, List.of(), devices);
    }

    /** {@return a place on a line, whose distances are those of the nodes} */
    private static int place(int node) {
        return switch (node) {
            case LOCAL -> 0;
            case C -> 1;
            case OTHER_C -> 2;
            default -> 4;
        };
    }

    private static Quantity q(double value, String unit) {
        return Quantity.assumed(value, unit);
    }

    public Machine machine() {
        return machine;
    }

    public AddressSpace space() {
        return space;
    }

    /** {@return a CPU's context in the space} */
    public CpuContext cpu() {
        return cpu;
    }

    /** {@return the device whose node it is} */
    public Device device(int node) {
        return machine.device("gpu" + node);
    }

    /** {@return the tenant of the space} */
    public String tenant() {
        return space.info().tenant();
    }

    /** {@return a node as it is now} */
    public NodeInfo node(int id) {
        return machine.nodes().stream()
                .filter(node -> node.id() == id)
                .findFirst()
                .orElseThrow();
    }

    /** {@return pages of a node that somebody has} */
    public long used(int node) {
        return node(node).pages() - node(node).freePages();
    }

    /** {@return the mapping of an address} */
    public VmaInfo mapping(long address) {
        return space.info().mappings().stream()
                .filter(vma -> vma.start() <= address && address < vma.end())
                .findFirst()
                .orElseThrow();
    }

    /** {@return pages of a range that are on a node} */
    public long count(long address, long pages, int node) {
        return space.pages(address, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.node() == node)
                .count();
    }

    /** {@return pages of a range that are on any node} */
    long pages(long address, long pages) {
        return space.pages(address, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.node() >= 0)
                .count();
    }

    /** A CPU reads pages and finds what {@link #touch} wrote, or it fails. */
    public void expect(long address, long pages) {
        for (long page = 0; page < pages; page++) {
            long found = cpu.getLong(address + page * Pages.SIZE);
            if (found != page) {
                throw new AssertionError("page " + page + " of " + pages + " holds " + found);
            }
        }
    }

    /** {@return the address of new memory, nothing of it touched} */
    public long map(long pages) {
        return space.mmap(MapRequest.anonymous(pages * Pages.SIZE));
    }

    /** {@return the nodes where pages come to be when a CPU touches each, with how it ended unless all went well} */
    public String touch(long address, long pages) {
        String end = "";
        for (long page = 0; page < pages && end.isEmpty(); page++) {
            try {
                cpu.putLong(address + page * Pages.SIZE, page);
            } catch (MoraineException e) {
                end = " " + e.errno();
            }
        }
        return where(address, pages) + end;
    }

    /** {@return the nodes where pages of a range are} */
    public String where(long address, long pages) {
        return space.pages(address, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .map(PageInfo::node)
                .filter(node -> node >= 0)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .map(Object::toString)
                .collect(Collectors.joining(" "));
    }

    /** {@return the errno with which a call ends, empty for none} */
    public static String errno(Runnable call) {
        try {
            call.run();
        } catch (MoraineException e) {
            return e.errno().toString();
        }
        return "";
    }

    @Override
    public void close() {
        cpu.close();
        try {
            Invariants.hold(machine.check());
            space.close();
            Invariants.hold(machine.check());
        } finally {
            machine.close();
        }
    }
}

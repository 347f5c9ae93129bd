package moraine.core.impl.mempolicy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.AccessEdge;
import moraine.core.api.model.CopyEdge;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.ProcessorSpec;
import moraine.core.api.model.Quantity;
import moraine.core.api.model.TopologyProfile;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.testkit.JvmThreads;

/**
 * A machine of two sockets, nodes 0 and 1, and slower memory without CPUs behind each, nodes 2 and 3; 64 MiB a node.
 */
final class PolicyRig implements AutoCloseable {
    static final long NODE_PAGES = 16384;
    /** GB/s of a socket's memory, and of the slower one. */
    static final double FAST = 96;

    static final double SLOW = 32;

    final Machine machine;
    final AddressSpace space;
    final CpuContext cpu;

    PolicyRig() {
        var factory = new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
        machine = factory.create(
                MachineSpec.of(profile(), MachineSpec.LAST_RESORT), factory.wallClock(new JvmThreads(), 1));
        space = machine.openSpace("s");
        cpu = space.attach(0);
    }

    static TopologyProfile profile() {
        List<NodeSpec> nodes = new ArrayList<>();
        List<AccessEdge> accesses = new ArrayList<>();
        List<CopyEdge> copies = new ArrayList<>();
        for (int node = 0; node < 4; node++) {
            NodeKind kind = node < 2 ? NodeKind.CPU : NodeKind.MEMORY;
            nodes.add(new NodeSpec(node, "n" + node, kind, null, q(NODE_PAGES * Pages.SIZE, "bytes")));
            for (int from = 0; from < 2; from++) {
                double bandwidth = node < 2 ? FAST : SLOW;
                double far = (from ^ node) % 2 == 0 ? 1 : 2;
                accesses.add(new AccessEdge(
                        from,
                        node,
                        q((node < 2 ? 100 : 250) * far, "ns"),
                        q(bandwidth / far, "GB/s"),
                        q(bandwidth / far, "GB/s"),
                        q(0.8, "share")));
            }
            for (int to = 0; to < 4; to++) {
                copies.add(new CopyEdge(node, to, q(1000, "ns"), q(100, "ns"), q(20, "GB/s")));
            }
        }
        List<ProcessorSpec> processors = List.of(processor(0), processor(1));
        return new TopologyProfile("sockets", "two sockets", nodes, processors, accesses, copies, List.of());
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

    long map(int pages) {
        return space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
    }

    /** {@return the nodes on which a range's pages are made when a CPU touches each} */
    List<Integer> touch(CpuContext context, long address, int pages) {
        for (int page = 0; page < pages; page++) {
            long at = address + (long) page * Pages.SIZE;
            context.putLong(at, at);
        }
        return nodes(context.space(), address, pages);
    }

    List<Integer> touch(long address, int pages) {
        return touch(cpu, address, pages);
    }

    static List<Integer> nodes(AddressSpace of, long address, int pages) {
        var nodes = new ArrayList<Integer>();
        for (int page = 0; page < pages; page++) {
            nodes.add(of.why(address + (long) page * Pages.SIZE).node());
        }
        return nodes;
    }

    /** Proves that a range holds what {@link #touch} left there. */
    void verify(long address, int pages) {
        for (int page = 0; page < pages; page++) {
            long at = address + (long) page * Pages.SIZE;
            assertThat(cpu.getLong(at)).isEqualTo(at);
        }
    }

    @Override
    public void close() {
        assertThat(machine.check()).isEmpty();
        cpu.close();
        machine.spaces().forEach(AddressSpace::close);
        assertThat(machine.check()).isEmpty();
        machine.nodes().forEach(node -> assertThat(node.freePages()).isEqualTo(node.pages()));
        machine.close();
    }
}

package moraine.sim.workload;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.NodeSpec;
import org.jspecify.annotations.Nullable;

/** A stage on a machine: one address space, CPU threads near the first device, the devices. */
public final class MachineStage implements Stage, AutoCloseable {
    /** Longer than any phase takes, on the machine's clock. */
    static final long LIMIT_NS = 24 * 3600 * 1_000_000_000L;

    private final Machine machine;
    private final AddressSpace space;
    private final @Nullable DeviceInfo device;
    private final int cpuNode;
    private final int threads;
    private final boolean asks;
    private final List<PhaseTime> phases = new ArrayList<>();
    private int grantedRanges;
    private int refusedRanges;

    /**
     * Opens an address space.
     *
     * @param threads CPU threads of a phase that divides
     * @param asks whether the application asks for device memory with mbind, as one written for CDM would
     */
    public MachineStage(Machine machine, String name, int threads, boolean asks) {
        this.machine = machine;
        this.space = machine.openSpace(name);
        this.threads = threads;
        this.asks = asks;
        this.device = machine.devices().stream().findFirst().orElse(null);
        this.cpuNode = cpuNode(machine, device);
    }

    private static int cpuNode(Machine machine, @Nullable DeviceInfo device) {
        List<NodeSpec> cpus = machine.profile().nodes().stream()
                .filter(n -> n.kind() == NodeKind.CPU)
                .toList();
        Integer beside = device == null
                ? null
                : machine.profile().node(device.node()).map(NodeSpec::parent).orElse(null);
        return cpus.stream()
                .map(NodeSpec::id)
                .filter(id -> id.equals(beside))
                .findFirst()
                .orElseGet(() -> cpus.getFirst().id());
    }

    public AddressSpace space() {
        return space;
    }

    public int threads() {
        return threads;
    }

    public List<PhaseTime> phases() {
        return List.copyOf(phases);
    }

    /** {@return whether and how asking for device memory went, as a clause} */
    public String placement() {
        if (grantedRanges + refusedRanges == 0) {
            return "asked for no placement";
        }
        return refusedRanges == 0
                ? "asked for device memory and got it"
                : "asked for device memory and was refused, which this policy does";
    }

    @Override
    public long map(long bytes) {
        return space.mmap(MapRequest.anonymous(bytes));
    }

    @Override
    public long mapAt(long address, long bytes) {
        return space.mmap(MapRequest.anonymous(bytes).at(address));
    }

    @Override
    public void preferDevice(long address, long bytes) {
        if (!asks || device == null) {
            return;
        }
        try {
            space.mbind(address, bytes, MemoryPolicy.bind(device.node()));
            space.mbind(address, bytes, deviceFirst(device.node()));
            grantedRanges++;
        } catch (MoraineException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            refusedRanges++;
        }
    }

    /** {@return a binding to a device and all system memory, which begins at the device and spills by its distances} */
    private MemoryPolicy deviceFirst(int device) {
        NodeSet system = NodeSet.of(machine.profile().nodes().stream()
                .filter(node -> node.kind() != NodeKind.DEVICE)
                .mapToInt(NodeSpec::id)
                .toArray());
        var nodes = NodeSet.of(device).or(system);
        return new MemoryPolicy(MemoryPolicy.Mode.BIND, nodes).home(device);
    }

    @Override
    public void cpu(String phase, int pieces, IndexWork work) {
        timed(phase, () -> {
            var crew = new CpuCrew(machine.environment().actors(), space, cpuNode);
            int parts = Math.min(threads, pieces);
            for (int part = 0; part < parts; part++) {
                int first = (int) ((long) pieces * part / parts);
                int end = (int) ((long) pieces * (part + 1) / parts);
                crew.start(phase + "-" + part, new PieceRun(first, end, work));
            }
            crew.await();
        });
    }

    @Override
    public void cpuAlone(String phase, Block work) {
        timed(phase, () -> {
            var crew = new CpuCrew(machine.environment().actors(), space, cpuNode);
            crew.start(phase, work::step);
            crew.await();
        });
    }

    @Override
    public void kernel(Kernel kernel) {
        DeviceInfo target = device;
        if (target == null) {
            timed(kernel.name(), () -> kernelOnCpu(kernel));
        } else {
            kernelOn(target.name(), kernel);
        }
    }

    @Override
    public void kernelOn(String name, Kernel kernel) {
        Device target = machine.device(name);
        timed(kernel.name(), () -> target.launch(space, kernel).await(LIMIT_NS));
    }

    private void kernelOnCpu(Kernel kernel) {
        var crew = new CpuCrew(machine.environment().actors(), space, cpuNode);
        int parts = Math.min(threads, kernel.blocks());
        for (int part = 0; part < parts; part++) {
            crew.start(kernel.name() + "-" + part, new BlockRun(kernel, part, parts));
        }
        crew.await();
    }

    private void timed(String phase, Runnable body) {
        long start = machine.environment().clock().nowNs();
        body.run();
        phases.add(new PhaseTime(phase, machine.environment().clock().nowNs() - start));
    }

    @Override
    public void close() {
        space.close();
    }

    /** Neighbouring pieces, one a step. */
    private static final class PieceRun implements CpuCrew.Work {
        private final int end;
        private final IndexWork work;
        private int next;

        PieceRun(int first, int end, IndexWork work) {
            this.next = first;
            this.end = end;
            this.work = work;
        }

        @Override
        public boolean step(CpuAsDevice memory) {
            work.piece(memory, next++);
            return next < end;
        }
    }

    /** Every so manieth block of a kernel, one after another. */
    private static final class BlockRun implements CpuCrew.Work {
        private final Kernel kernel;
        private final int stride;
        private int next;
        private @Nullable Block block;

        BlockRun(Kernel kernel, int first, int stride) {
            this.kernel = kernel;
            this.next = first;
            this.stride = stride;
        }

        @Override
        public boolean step(CpuAsDevice memory) {
            Block running = block == null ? kernel.block(next) : block;
            block = running.step(memory) ? running : null;
            if (block == null) {
                next += stride;
            }
            return next < kernel.blocks();
        }
    }
}

package moraine.policy.cdm;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;

/** A small GH200 in virtual time under the policy of this bundle, with one address space: CPU node 0, GPU node 1. */
final class RealMachine implements AutoCloseable {
    static final int CPU = 0;
    static final int GPU = 1;

    private static final long TIMEOUT_NS = 10_000_000_000L;

    final Machine machine;
    final AddressSpace space;
    final CpuContext cpu;
    private final MachineFactoryImpl factory;

    RealMachine(String selection) {
        var providers = new Providers();
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        factory = new MachineFactoryImpl(providers, Limits.DEFAULT);
        var profile = Profiles.load("gh200");
        var spec = MachineSpec.of(profile.topology(), selection).withCapacities(Map.of(CPU, 64L << 20, GPU, 16L << 20));
        machine = factory.create(spec, new VirtualEnvironment(profile, Map.of(), 1));
        space = machine.openSpace("test");
        cpu = space.attach(CPU);
    }

    /** {@return the address of new memory, nothing of it touched} */
    long map(int pages) {
        return space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE).aligned(Pages.LARGE_SIZE));
    }

    void cpuWrites(long address, int pages) {
        for (int page = 0; page < pages; page++) {
            cpu.putLong(address + (long) page * Pages.SIZE, 1000 + page);
        }
    }

    /** One kernel adds one to the first word of each page. */
    void gpuAdds(long address, int pages) {
        machine.device("gpu0").launch(space, new AddOne(address, pages)).await(TIMEOUT_NS);
    }

    /** {@return where each page is} */
    List<Integer> nodes(long address, int pages) {
        return IntStream.range(0, pages)
                .mapToObj(page -> space.why(address + (long) page * Pages.SIZE))
                .map(PageInfo::node)
                .toList();
    }

    @Override
    public void close() {
        cpu.close();
        try {
            if (!machine.check().isEmpty()) {
                throw new AssertionError(machine.check().toString());
            }
        } finally {
            machine.close();
            factory.close();
        }
    }

    private record AddOne(long address, int pages) implements Kernel {
        @Override
        public String name() {
            return "add-one";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return new AddOneBlock(address, pages);
        }
    }

    private static final class AddOneBlock implements Block {
        private final long address;
        private final int pages;
        private int next;

        AddOneBlock(long address, int pages) {
            this.address = address;
            this.pages = pages;
        }

        @Override
        public boolean step(DeviceAccess memory) {
            long word = address + (long) next * Pages.SIZE;
            memory.touch(word, Long.BYTES, Intent.WRITE);
            memory.putLong(word, memory.getLong(word) + 1);
            next++;
            return next < pages;
        }
    }
}

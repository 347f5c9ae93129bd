package moraine.testkit;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.time.Environment;

/**
 * A small machine under a policy, with one address space: CPUs on node 0, device {@code gpu0} on node 1. Closing it
 * checks its invariants.
 */
public final class SmallMachine implements AutoCloseable {
    public static final int CPU = 0;
    public static final int GPU = 1;

    private static final long TIMEOUT_NS = 10_000_000_000L;

    private final Machine machine;
    private final AddressSpace space;
    private final CpuContext cpu;

    /**
     * Makes the machine.
     *
     * @param factory which knows the policy and the device's driver
     * @param profile whose nodes 0 and 1 are CPUs and a device; of their memory 64 MiB and 16 MiB are used
     * @param policy such as {@code hmm(migratePages=16)}
     */
    public SmallMachine(MachineFactory factory, TopologyProfile profile, String policy, Environment environment) {
        var spec = MachineSpec.of(profile, policy).withCapacities(Map.of(CPU, 64L << 20, GPU, 16L << 20));
        machine = factory.create(spec, environment);
        space = machine.openSpace("test");
        cpu = space.attach(CPU);
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

    /** {@return the address of new memory, nothing of it touched} */
    public long map(int pages) {
        return space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE).aligned(Pages.LARGE_SIZE));
    }

    /** A CPU writes 1000 and the page's number into the first word of each page. */
    public void cpuWrites(long address, int pages) {
        for (int page = 0; page < pages; page++) {
            cpu.putLong(address + (long) page * Pages.SIZE, 1000 + page);
        }
    }

    /** One kernel adds one to the first word of each page. */
    public void gpuAdds(long address, int pages) {
        machine.device("gpu0").launch(space, new AddOne(address, pages)).await(TIMEOUT_NS);
    }

    /** {@return where each page is} */
    public List<Integer> nodes(long address, int pages) {
        return IntStream.range(0, pages)
                .mapToObj(page -> space.why(address + (long) page * Pages.SIZE))
                .map(PageInfo::node)
                .toList();
    }

    @Override
    public void close() {
        cpu.close();
        try {
            Invariants.hold(machine.check());
        } finally {
            machine.close();
        }
    }
}

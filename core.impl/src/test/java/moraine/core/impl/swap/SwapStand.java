package moraine.core.impl.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.time.Environment;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.cache.PageCache;
import moraine.core.impl.cache.Store;
import moraine.core.impl.daemon.TestReclaim;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;

/** A machine of 32 MiB of RAM, two coherent devices of 4 MiB and swap; checked when it is closed. */
final class SwapStand implements AutoCloseable {
    static final int RAM = 0;
    static final int SLOTS = 1024;

    final TestMachine under;
    final Machine machine;
    final Rooms rooms;
    final SpaceImpl space;
    final CpuContext cpu;

    SwapStand(SwapSpec swap) {
        this("node(window=1)", swap, Backing.BYTES, PageCache.stores(Backing.BYTES));
    }

    SwapStand(String policy, SwapSpec swap, Backing backing, Store.Opener stores) {
        this(policy, swap, backing, stores, Parameters.NONE);
    }

    SwapStand(String policy, SwapSpec swap, Backing backing, Store.Opener stores, Parameters tuning) {
        this(policy, swap, backing, stores, tuning, WallClock.environment());
    }

    SwapStand(
            String policy,
            SwapSpec swap,
            Backing backing,
            Store.Opener stores,
            Parameters tuning,
            Environment environment) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.policy 1.0", 0);
        }
        var profile = TestProfiles.devices(32L << 20, 4L << 20, 2, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, policy)
                .withBacking(backing)
                .withSwap(swap)
                .withTuning(tuning);
        under = TestMachine.create(spec, providers, environment, stores);
        machine = under.machine();
        rooms = under.mechanism().rooms();
        machine.tenant("tenant", NodeSet.ALL, List.of());
        space = (SpaceImpl) machine.openSpace("space", "tenant");
        cpu = space.attach(RAM);
    }

    static SwapStand onNode() {
        return new SwapStand(SwapSpec.node(RAM, SLOTS * (long) Pages.SIZE));
    }

    static SwapStand inFile(Path directory) {
        return new SwapStand(SwapSpec.file(directory.resolve("swap"), SLOTS * (long) Pages.SIZE));
    }

    static long page(long at, int page) {
        return at + (long) page * Pages.SIZE;
    }

    /** Maps private memory and writes the page's number plus 1 into each. */
    long written(int pages) {
        long at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
        for (int page = 0; page < pages; page++) {
            cpu.putLong(page(at, page), page + 1);
        }
        return at;
    }

    /** Reads them back through a context. */
    static void read(AddressSpace space, long at, int pages) {
        try (CpuContext own = space.attach(RAM)) {
            for (int page = 0; page < pages; page++) {
                assertThat(own.getLong(page(at, page))).as("page " + page).isEqualTo(page + 1);
            }
        }
    }

    void read(long at, int pages) {
        read(space, at, pages);
    }

    /** Reclaims what RAM has. @return pages that are free now */
    int reclaim() {
        return TestReclaim.all(under.mechanism(), RAM);
    }

    PageState state(long address) {
        return space.why(address).state();
    }

    long entry(long address) {
        return space.table().get(address);
    }

    boolean swapped(long address) {
        return Pte.kind(entry(address)) == Pte.SWAPPED;
    }

    long free() {
        return machine.counter("swap.free.pages");
    }

    /** {@return pages that the tenant is charged for} */
    long charged() {
        return machine.tenants().stream()
                .filter(tenant -> tenant.name().equals("tenant"))
                .flatMap(tenant -> tenant.chargedPages().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    void run(int device, Consumer<DeviceAccess> step) {
        machine.device("gpu" + device).launch(space, Pair.kernel(step)).await(Pair.TIMEOUT_NS);
    }

    void checked() {
        assertThat(machine.check()).isEmpty();
    }

    @Override
    public void close() {
        try {
            checked();
            cpu.close();
            machine.spaces().forEach(AddressSpace::close);
            checked();
            assertThat(free()).isEqualTo(machine.counter("swap.total.pages"));
        } finally {
            under.close();
        }
    }
}

package moraine.daemon.balance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSpec;
import moraine.core.api.model.Pages;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.cdm.CdmProvider;
import moraine.policy.managed.ManagedProvider;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import moraine.testkit.Invariants;

/** A machine of a profile in virtual time, each node of 16 MiB, CPUs with a cache of 8 KiB: most accesses miss. */
final class Stand implements AutoCloseable {
    private static final long CAPACITY = 16L << 20;
    private static final long MS = 1_000_000;

    final VirtualEnvironment time;
    final Machine machine;
    final AddressSpace space;

    Stand(String profile, String policy, List<String> daemons) {
        MachineProfile load = Profiles.load(profile);
        var providers = new Providers();
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 0);
        providers.policies().add("managed", new ManagedProvider(), "moraine.policy.managed 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        providers.daemons().add("balance", new BalanceProvider(), "moraine.daemon.balance 0.1", 0);
        var capacities = new TreeMap<Integer, Long>();
        var caches = new TreeMap<Integer, Long>();
        for (NodeSpec node : load.topology().nodes()) {
            capacities.put(node.id(), CAPACITY);
            if (node.kind() == NodeKind.CPU) {
                caches.put(node.id(), 8L << 10);
            }
        }
        time = new VirtualEnvironment(load, Map.copyOf(caches), /* seed= */ 1);
        var spec = MachineSpec.of(load.topology(), policy)
                .withCapacities(capacities)
                .withDaemons(daemons);
        machine = new MachineFactoryImpl(providers, Limits.DEFAULT).create(spec, time);
        space = machine.openSpace("test");
    }

    /** {@return the address of so many pages, each written by a processor of a node} */
    long written(int node, int pages) {
        long at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
        try (CpuContext cpu = space.attach(node)) {
            for (long page = 0; page < pages; page++) {
                cpu.putLong(at + page * Pages.SIZE, page + 1);
            }
        }
        return at;
    }

    /** Moves pages as an application does. */
    void move(long address, int pages, int node) {
        space.migrate(address, (long) pages * Pages.SIZE, node, Cause.USER);
        if (on(node, address, pages) != pages) {
            throw new AssertionError(pages - on(node, address, pages) + " of " + pages + " did not go to " + node);
        }
    }

    /** Reads a word of each page, so many times over. @return modelled time for it */
    long read(CpuContext cpu, long address, int pages, int times) {
        long begun = time.clock().nowNs();
        for (int turn = 0; turn < times; turn++) {
            for (long page = 0; page < pages; page++) {
                if (cpu.getLong(address + page * Pages.SIZE) != page + 1) {
                    throw new AssertionError("page " + page + " was not " + (page + 1));
                }
            }
        }
        return time.clock().nowNs() - begun;
    }

    /** Lets others work for some time. */
    void pass(long milliseconds) {
        time.actors().await(() -> false, milliseconds * MS);
    }

    /** {@return how many pages of a range are on a node} */
    long on(int node, long address, int pages) {
        return space.pages(address, (long) pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.node() == node)
                .count();
    }

    @Override
    public void close() {
        try {
            Invariants.hold(machine.check());
        } finally {
            machine.close();
        }
    }
}

package moraine.daemon.reclaim;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SwapSpec;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.policy.managed.ManagedProvider;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import moraine.testkit.Invariants;

/** A small machine of a profile in virtual time: 16 MiB of RAM on node 0, 32 MiB on node 1, a cache of 8 KiB. */
final class Stand implements AutoCloseable {
    static final int FAST = 0;
    static final int SLOW = 1;
    private static final long MS = 1_000_000;

    final VirtualEnvironment time;
    final Machine machine;
    final AddressSpace space;
    final CpuContext cpu;

    /** @param allowed nodes of the tenant */
    Stand(String profile, String policy, List<String> daemons, NodeSet allowed) {
        this(profile, policy, daemons, allowed, SwapSpec.NONE);
    }

    Stand(String profile, String policy, List<String> daemons, NodeSet allowed, SwapSpec swap) {
        this(profile, policy, daemons, allowed, swap, _ -> {});
    }

    /** @param more adds what else the machine is to know */
    Stand(
            String profile,
            String policy,
            List<String> daemons,
            NodeSet allowed,
            SwapSpec swap,
            Consumer<Providers> more) {
        MachineProfile load = Profiles.load(profile);
        var providers = new Providers();
        providers.policies().add("hmm", new HmmProvider(), "moraine.policy.hmm 0.1", 0);
        providers.policies().add("managed", new ManagedProvider(), "moraine.policy.managed 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        providers.daemons().add("reclaim", new ReclaimProvider(), "moraine.daemon.reclaim 0.1", 0);
        more.accept(providers);
        time = new VirtualEnvironment(load, Map.of(FAST, 8L << 10), /* seed= */ 1);
        var spec = MachineSpec.of(load.topology(), policy)
                .withCapacities(Map.of(FAST, 16L << 20, SLOW, 32L << 20))
                .withDaemons(daemons)
                .withSwap(swap);
        machine = new MachineFactoryImpl(providers, Limits.DEFAULT).create(spec, time);
        machine.tenant("tenant", allowed, List.of());
        space = machine.openSpace("test", "tenant");
        cpu = space.attach(FAST);
    }

    NodeInfo node(int id) {
        return machine.nodes().stream().filter(n -> n.id() == id).findFirst().orElseThrow();
    }

    /** {@return the address of so many pages, each written} */
    long written(long pages) {
        long at = space.mmap(MapRequest.anonymous(pages * Pages.SIZE));
        for (long page = 0; page < pages; page++) {
            cpu.putLong(at + page * Pages.SIZE, page + 1);
        }
        return at;
    }

    /** Fills the fast node until fewer pages than its low mark are free. @return the address, and how many */
    long[] filled() {
        NodeInfo now = node(FAST);
        long pages = now.freePages() - now.lowPages() + 2;
        return new long[] {written(pages), pages};
    }

    /** Reads each page. @return modelled time for it */
    long read(long address, long pages) {
        long begun = time.clock().nowNs();
        for (long page = 0; page < pages; page++) {
            if (cpu.getLong(address + page * Pages.SIZE) != page + 1) {
                throw new AssertionError("page " + page + " was not " + (page + 1));
            }
        }
        return time.clock().nowNs() - begun;
    }

    /** Lets others work for some time. */
    void pass(long milliseconds) {
        time.actors().await(() -> false, milliseconds * MS);
    }

    /** {@return how many pages of a range are on a node} */
    long on(int node, long address, long pages) {
        return space.pages(address, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.node() == node)
                .count();
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

package moraine.daemon.merge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Advice;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
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
    /** Word of a page that says what the page is like. */
    private static final long LIKENESS = 8;

    private static final long MS = 1_000_000;

    final VirtualEnvironment time;
    final Machine machine;
    private final List<User> users = new ArrayList<>();

    Stand(String profile, String policy, List<String> daemons) {
        MachineProfile load = Profiles.load(profile);
        var providers = new Providers();
        providers.policies().add("hmm", new HmmProvider(), "moraine.policy.hmm 0.1", 0);
        providers.policies().add("managed", new ManagedProvider(), "moraine.policy.managed 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        providers.daemons().add("merge", new MergeProvider(), "moraine.daemon.merge 0.1", 0);
        time = new VirtualEnvironment(load, Map.of(FAST, 8L << 10), /* seed= */ 1);
        var spec = MachineSpec.of(load.topology(), policy)
                .withCapacities(Map.of(FAST, 16L << 20, SLOW, 32L << 20))
                .withDaemons(daemons);
        machine = new MachineFactoryImpl(providers, Limits.DEFAULT).create(spec, time);
    }

    /** A space of a tenant, and a CPU in it. */
    record User(AddressSpace space, CpuContext cpu) {
        /** {@return the address of untouched pages that may be merged} */
        long mapped(long pages) {
            long at = space.mmap(MapRequest.anonymous(pages * Pages.SIZE));
            space.advise(at, pages * Pages.SIZE, Advice.MERGEABLE);
            return at;
        }

        /** Makes pages of a range like all others of the same number, counted from a first likeness. */
        void write(long at, long from, long to, long likeness) {
            for (long page = from; page < to; page++) {
                cpu.putLong(at + page * Pages.SIZE + LIKENESS, likeness + page);
            }
        }

        /** Proves that pages are what was written. */
        void prove(long at, long from, long to, long likeness) {
            for (long page = from; page < to; page++) {
                long word = cpu.getLong(at + page * Pages.SIZE + LIKENESS);
                if (word != likeness + page) {
                    throw new AssertionError("page " + page + " was " + word + ", not " + (likeness + page));
                }
            }
        }
    }

    /** {@return a new space of a tenant that may use those nodes} */
    User user(String tenant, NodeSet allowed) {
        if (machine.tenants().stream().noneMatch(known -> known.name().equals(tenant))) {
            machine.tenant(tenant, allowed, List.of());
        }
        AddressSpace space = machine.openSpace(tenant + users.size(), tenant);
        var user = new User(space, space.attach(FAST));
        users.add(user);
        return user;
    }

    NodeInfo node(int id) {
        return machine.nodes().stream().filter(n -> n.id() == id).findFirst().orElseThrow();
    }

    /** Lets others work for some time. */
    void pass(long milliseconds) {
        time.actors().await(() -> false, milliseconds * MS);
    }

    /** Lets the daemon work once more, if there is one. */
    void passTick() {
        long before = ticks();
        time.actors().await(() -> ticks() > before, 1_000 * MS);
    }

    private long ticks() {
        return machine.daemons().stream().mapToLong(DaemonInfo::ticks).sum();
    }

    long nowNs() {
        return time.clock().nowNs();
    }

    /** {@return how many pages of a range are on a node} */
    static long on(User user, int node, long address, long pages) {
        return user.space().pages(address, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.node() == node)
                .count();
    }

    @Override
    public void close() {
        users.forEach(user -> user.cpu().close());
        try {
            Invariants.hold(machine.check());
        } finally {
            machine.close();
        }
    }
}

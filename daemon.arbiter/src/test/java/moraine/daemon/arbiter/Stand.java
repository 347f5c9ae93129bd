package moraine.daemon.arbiter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.TenantInfo;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.cdm.CdmProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.policy.managed.ManagedProvider;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import moraine.testkit.Invariants;

/** A GH200 in virtual time with 64 MiB of RAM and 16 MiB of device memory, for tenants that share the device. */
final class Stand implements AutoCloseable {
    static final int RAM = 0;
    static final int DEVICE = 1;
    /** Pages of the device. */
    static final int CAPACITY = 4096;

    /** Pages that a CPU works on beside those of the device. */
    private static final int SCRATCH = 512;

    private static final int LINE = 64;

    private static final long LIMIT_NS = 3_600_000_000_000L;

    final VirtualEnvironment time;
    final Machine machine;
    private final List<Tenant> tenants = new ArrayList<>();

    /** A tenant with a space and a range in it. */
    final class Tenant {
        final String name;
        final AddressSpace space;
        final CpuContext cpu;
        final int pages;
        final long at;

        /** Maps a range and writes each page. Where they are wanted on the device at once, others then come as far. */
        private Tenant(String name, int pages, NodeSet allowed, boolean prefers) {
            this.name = name;
            this.pages = pages;
            machine.tenant(name, allowed, List.of());
            space = machine.openSpace(name, name);
            cpu = space.attach(RAM);
            at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE).aligned(Pages.LARGE_SIZE));
            if (prefers) {
                space.mbind(at, (long) pages * Pages.SIZE, MemoryPolicy.preferred(DEVICE));
            }
            for (int page = 0; page < pages; page++) {
                cpu.putLong(at + (long) page * Pages.SIZE, page);
            }
            if (prefers) {
                passUs(1000);
            }
        }

        /** Has a CPU work on other data in RAM for some time; then others have come as far. */
        void compute(long microseconds) {
            long bytes = (long) SCRATCH * Pages.SIZE;
            long scratch = space.mmap(MapRequest.anonymous(bytes));
            long end = now() + 1000 * microseconds;
            for (long offset = 0; now() < end; offset = (offset + Pages.SIZE + LINE) % bytes) {
                cpu.putLong(scratch + offset, offset);
            }
            space.munmap(scratch, bytes);
            passUs(1);
        }

        /** Has the driver bring what is not on the device, as far as there is room. */
        void prefetch() {
            machine.device("gpu0").migrateToDevice(space, at, (long) pages * Pages.SIZE);
        }

        /** {@return modelled time for the device to read all of the range so many times} */
        long sweep(int passes) {
            long begun = now();
            launch(passes, Pages.SIZE);
            return now() - begun;
        }

        /** Has the device read a line of each page. */
        void glance() {
            launch(1, 64);
        }

        private void launch(int passes, int bytes) {
            machine.device("gpu0")
                    .launch(space, new Sweep(at, pages, passes, bytes))
                    .await(LIMIT_NS);
        }

        /** {@return its pages on a node} */
        long on(int node) {
            return space.pages(at, (long) pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                    .filter(page -> page.node() == node)
                    .count();
        }

        /** {@return pages that it is charged on a node} */
        long charged(int node) {
            return machine.tenants().stream()
                    .filter(info -> info.name().equals(name))
                    .map(TenantInfo::chargedPages)
                    .findFirst()
                    .orElseThrow()
                    .get(node);
        }

        /** Reads everything and finds what was written, or fails. */
        void expectAll() {
            for (int page = 0; page < pages; page++) {
                long found = cpu.getLong(at + (long) page * Pages.SIZE);
                if (found != page) {
                    throw new AssertionError(name + ": page " + page + " holds " + found);
                }
            }
        }
    }

    Stand(String policy, List<String> daemons) {
        MachineProfile gh200 = Profiles.load("gh200");
        var providers = new Providers();
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 0);
        providers.policies().add("hmm", new HmmProvider(), "moraine.policy.hmm 0.1", 0);
        providers.policies().add("managed", new ManagedProvider(), "moraine.policy.managed 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        providers.daemons().add("arbiter", new ArbiterProvider(), "moraine.daemon.arbiter 0.1", 0);
        time = new VirtualEnvironment(gh200, Map.of(RAM, 8L << 10, DEVICE, 8L << 10), /* seed= */ 1);
        var spec = MachineSpec.of(gh200.topology(), policy)
                .withCapacities(Map.of(RAM, 64L << 20, DEVICE, (long) CAPACITY * Pages.SIZE))
                .withDaemons(daemons);
        machine = new MachineFactoryImpl(providers, Limits.DEFAULT).create(spec, time);
    }

    Tenant tenant(String name, int pages) {
        return tenant(name, pages, NodeSet.ALL);
    }

    Tenant tenant(String name, int pages, NodeSet allowed) {
        return add(new Tenant(name, pages, allowed, /* prefers= */ true));
    }

    /** {@return a tenant whose pages begin in RAM, for its driver to bring} */
    Tenant undirected(String name, int pages) {
        return add(new Tenant(name, pages, NodeSet.ALL, /* prefers= */ false));
    }

    private Tenant add(Tenant tenant) {
        tenants.add(tenant);
        return tenant;
    }

    /** {@return the tenant that came as the n-th, from 0} */
    Tenant tenant(int index) {
        return tenants.get(index);
    }

    long now() {
        return time.clock().nowNs();
    }

    /** Lets others work for some time. */
    void passUs(long microseconds) {
        time.actors().await(() -> false, 1000 * microseconds);
    }

    /** {@return pages that were made to yield} */
    long yielded() {
        return machine.counter("yield.pages");
    }

    @Override
    public void close() {
        try {
            tenants.forEach(Tenant::expectAll);
            tenants.forEach(tenant -> tenant.cpu.close());
            Invariants.hold(machine.check());
        } finally {
            machine.close();
        }
    }
}

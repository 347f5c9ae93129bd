package moraine.core.impl.reclaim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
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
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.Eventually;
import moraine.core.impl.plugins.WallClock;

/** A machine with 1,024 pages of RAM, two coherent devices of 256, perhaps swap, and no daemon; checked at its end. */
final class Scarce implements AutoCloseable {
    static final int RAM = 0;
    static final int PAGES = 1024;
    static final int DEVICE_PAGES = 256;
    static final int SLOTS = 2 * PAGES;

    final TestMachine under;
    final Machine machine;
    final Rooms rooms;
    final AddressSpace space;
    final CpuContext cpu;

    Scarce(SwapSpec swap) {
        this("hidden(window=1)", swap, WallClock.environment(), PageCache.stores(Backing.BYTES), Parameters.NONE);
    }

    Scarce(String policy, SwapSpec swap, Environment environment, Store.Opener stores, Parameters tuning) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.policy 1.0", 0);
        }
        long ram = bytes(PAGES) + (swap.node() < 0 ? 0 : swap.bytes());
        var profile = TestProfiles.devices(ram, bytes(DEVICE_PAGES), 2, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, policy)
                .withBacking(Backing.BYTES)
                .withSwap(swap)
                .withTuning(tuning);
        under = TestMachine.create(spec, providers, environment, stores);
        machine = under.machine();
        rooms = under.mechanism().rooms();
        machine.tenant("tenant", NodeSet.ALL, List.of());
        space = machine.openSpace("space", "tenant");
        cpu = space.attach(RAM);
    }

    static SwapSpec onNode() {
        return SwapSpec.node(RAM, bytes(SLOTS));
    }

    static SwapSpec inFile(Path directory) {
        return SwapSpec.file(directory.resolve("swap"), bytes(SLOTS));
    }

    static long bytes(long pages) {
        return pages * Pages.SIZE;
    }

    static long page(long at, long page) {
        return at + page * Pages.SIZE;
    }

    long map(long pages) {
        return space.mmap(MapRequest.anonymous(bytes(pages)));
    }

    /** Maps private memory and writes the page's number plus 1 into each. */
    long written(long pages) {
        long at = map(pages);
        write(cpu, at, 0, pages);
        return at;
    }

    static void write(CpuContext cpu, long at, long from, long to) {
        for (long page = from; page < to; page++) {
            cpu.putLong(page(at, page), page + 1);
        }
    }

    static void read(CpuContext cpu, long at, long from, long to) {
        for (long page = from; page < to; page++) {
            assertThat(cpu.getLong(page(at, page))).as("page " + page).isEqualTo(page + 1);
        }
    }

    /** Writes pages until one is refused. @return how many were written */
    static long writeUntil(Errno refusal, CpuContext cpu, long at, long pages) {
        for (long page = 0; page < pages; page++) {
            try {
                write(cpu, at, page, page + 1);
            } catch (MoraineException e) {
                assertThat(e.errno()).isEqualTo(refusal);
                return page;
            }
        }
        throw new AssertionError(pages + " pages were written, and none was refused");
    }

    static void refused(Errno errno, Runnable action) {
        assertThat(catchThrowableOfType(MoraineException.class, action::run))
                .as("what refuses")
                .isNotNull()
                .returns(errno, MoraineException::errno);
    }

    /** {@return pages of RAM that touches may have} */
    long usable() {
        return rooms.allocator.capacity(RAM) - rooms.allocator.minPages(RAM);
    }

    long free() {
        return machine.counter("swap.free.pages");
    }

    long counter(String name) {
        return machine.counter(name);
    }

    PageState state(long address) {
        return space.why(address).state();
    }

    /** {@return how many pages of a range are in some state} */
    static long count(AddressSpace space, long at, long pages, PageState state) {
        return space.pages(at, bytes(pages), Integer.MAX_VALUE).stream()
                .filter(page -> page.state() == state)
                .count();
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
            Eventually.holds(
                    "spaces that were ended are closed", () -> machine.spaces().isEmpty());
            checked();
            assertThat(free()).isEqualTo(counter("swap.total.pages"));
        } finally {
            under.close();
        }
    }
}

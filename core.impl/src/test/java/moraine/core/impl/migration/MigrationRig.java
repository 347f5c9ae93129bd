package moraine.core.impl.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.api.time.Cost;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Reserve;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.plugins.Kernels;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * A machine with CPU node 0 and two devices of different owners, whose migrations a test interrupts at three moments:
 * announced (collected, with destinations), unmapped (not asked yet whether anybody else refers to the pages), copied
 * (not committed yet).
 */
final class MigrationRig implements AutoCloseable {
    static final int NEAR = 1;
    static final int OTHER = 2;
    static final int DEVICE_PAGES = 1024;
    private static final long KERNEL_NS = 1_000_000_000_000L;

    private final StagedEnvironment time = new StagedEnvironment();
    private final TestMachine under;
    final Rooms rooms;
    final Frames frames;
    final SpaceImpl space;
    final Agent agent;
    final CpuContext cpu;
    private final TestDriverProvider drivers = new TestDriverProvider();
    private int awaited;

    private MigrationRig(String policy) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, drivers, "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.policy 1.0", 0);
        }
        long deviceBytes = DEVICE_PAGES * (long) Pages.SIZE;
        var profile = TestProfiles.devices(64L << 20, deviceBytes, 2, TestDriverProvider.NAME, true);
        under = TestMachine.create(MachineSpec.of(profile, policy), providers, time);
        rooms = under.mechanism().rooms();
        frames = rooms.frames;
        space = (SpaceImpl) under.machine().openSpace("migrated");
        agent = rooms.newAgent();
        cpu = space.attach(0);
    }

    /** Devices are nodes that CPUs reach; shared pages may lie there. */
    static MigrationRig reachable() {
        return new MigrationRig("node(window=1)");
    }

    /** Devices are hidden from CPUs; no page is large unless asked for. */
    static MigrationRig plain() {
        return new MigrationRig("hidden(window=1)");
    }

    /** As {@link #reachable()}; writes to whole regions get 2 MiB pages. */
    static MigrationRig reachableLarge() {
        return new MigrationRig("node(window=1,large=true)");
    }

    /** Devices are hidden from CPUs; writes to whole regions get 2 MiB pages. */
    static MigrationRig hidden() {
        return hidden(1);
    }

    /** As {@link #hidden()}; a touch brings back so many pages. */
    static MigrationRig hidden(int window) {
        return new MigrationRig("hidden(large=true,window=" + window + ")");
    }

    /** As {@link #hidden()}; faults also bring what a block is dense in. */
    static MigrationRig prefetching() {
        return new MigrationRig("hidden(large=true,window=1,prefetch=51)");
    }

    /** {@return private pages, the first so many written: page i with i + 1} */
    long mapped(int pages, int written) {
        return touched(space.mmap(MapRequest.anonymous(pages * (long) Pages.SIZE)), written);
    }

    /** {@return shared pages, all written: page i with i + 1} */
    long shared(int pages) {
        return touched(
                space.mmap(MapRequest.anonymous(pages * (long) Pages.SIZE).shared()), pages);
    }

    /** {@return a written 2 MiB page} */
    long large() {
        return touched(space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE)), 1);
    }

    /** {@return a written 2 MiB page, the first word of page i is i + 1} */
    long filledLarge() {
        return touched(large(), Pages.PER_LARGE);
    }

    /** {@return 2 MiB that nobody touched} */
    long untouchedLarge() {
        return space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
    }

    /** Proves that page i of 512 has i + 1. */
    void assertFilled(long at) {
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            assertThat(cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }

    /** Adds one to the first word of pages, on a device. */
    void increment(int device, long at, int pages) {
        under.machine()
                .device("gpu" + (device - 1))
                .launch(space, Kernels.increment(at, pages))
                .await(KERNEL_NS);
    }

    DeviceTable deviceTable(int device) {
        return Objects.requireNonNull(space.devices().table(device), "no table of device node " + device);
    }

    /** Makes a device copy in another way than by the host. */
    void copying(int device, Consumer<CopyBatch> way) {
        drivers.driver("gpu" + (device - 1)).copying = way;
    }

    /** {@return what counts of that name} */
    long counter(String name) {
        return under.machine().counter(name);
    }

    /** Exchanges the policy and waits until all pages are as it wants them. */
    void use(String policy) {
        under.machine().policies().use(policy, false);
        under.machine().policies().settle();
    }

    private long touched(long at, int pages) {
        for (int i = 0; i < pages; i++) {
            cpu.putLong(page(at, i), i + 1);
        }
        return at;
    }

    static long page(long at, int index) {
        return at + index * (long) Pages.SIZE;
    }

    /** {@return the first word of a frame, whoever maps it} */
    long word(long pfn) {
        return bytes(pfn).get(ValueLayout.JAVA_LONG, 0);
    }

    /** Changes the first word of a frame, as a device does that refers to the frame and needs no translation. */
    void word(long pfn, long value) {
        bytes(pfn).set(ValueLayout.JAVA_LONG, 0, value);
    }

    @SuppressWarnings("restricted")
    private MemorySegment bytes(long pfn) {
        return MemorySegment.ofAddress(frames.address(pfn)).reinterpret(Pages.SIZE);
    }

    long entry(long address) {
        return space.table().get(address);
    }

    long pfn(long address) {
        return Pte.pfn(entry(address));
    }

    Vma vma(long address) {
        return Objects.requireNonNull(space.vmas().find(address), "nothing is mapped there");
    }

    /** Acts once a migration of the space has been announced, before any entry changes. */
    void whenAnnounced(Runnable action) {
        awaited++;
        space.notifiers().insert(new Notifiers.Subscription(0, Pages.ADDRESS_LIMIT) {
            private boolean acted;

            @Override
            protected boolean invalidate(
                    Notifiers.Event event, long from, long to, @Nullable String owner, long number, boolean wait) {
                sequence(number);
                if (!acted && event == Notifiers.Event.MIGRATE) {
                    acted = true;
                    awaited--;
                    action.run();
                }
                return true;
            }
        });
    }

    void whenUnmapped(Runnable action) {
        time.on(Cost.MIGRATE, action);
    }

    void whenCopied(Runnable action) {
        time.on(Cost.COPY, action);
    }

    /** Acts when the first hole has been cleared at its destination, before it is mapped. */
    void whenZeroed(Runnable action) {
        time.on(Cost.ZERO, action);
    }

    /** {@return an order to a node for {@link #run}} */
    Order to(int node) {
        return agent.batch().order().to(node, Reason.USER_MIGRATE, Cause.USER, 0);
    }

    /** Moves as ordered. @return pages moved */
    int run(long at, int pages) {
        return within(() -> agent.batch().moveRange(space, at, page(at, pages)));
    }

    /** Moves pages to a node. @return pages moved */
    int move(long at, int pages, int node) {
        to(node);
        return run(at, pages);
    }

    /** Something done with pages. */
    interface Body {
        int run();
    }

    int within(Body body) {
        rooms.world.enter(agent);
        try {
            return body.run();
        } finally {
            rooms.world.exit(agent);
        }
    }

    /** {@return pages in use on a device's node} */
    List<Long> inUse(int node) {
        List<Long> used = new ArrayList<>();
        for (int section = 0; section < frames.sections(); section++) {
            long first = frames.firstPfn(section);
            for (long pfn = first; frames.created(section) && pfn < first + frames.pages(section); pfn++) {
                if (frames.node(pfn) == node && frames.refs(pfn) > 0) {
                    used.add(pfn);
                }
            }
        }
        return used;
    }

    /** Takes all of RAM, page by page; {@return the pages} */
    List<Long> takeRam(boolean evenReserve) {
        List<Long> taken = new ArrayList<>();
        for (long pfn = take(evenReserve); pfn >= 0; pfn = take(evenReserve)) {
            taken.add(pfn);
        }
        return taken;
    }

    private long take(boolean evenReserve) {
        AllocRequest request = agent.worker().request;
        request.reset(Reason.USER_MIGRATE, Intent.WRITE, 0, space.tenant());
        request.reserve = evenReserve ? Reserve.EVICTION : Reserve.NONE;
        return rooms.allocator.allocate(agent.worker(), request, 0);
    }

    /** {@return what a CPU's touch of a page in memory that it cannot address ends in} */
    Errno bringBack(long at) {
        int outcome = within(() -> agent.batch().bringBack(vma(at), at, 0).ordinal());
        return Errno.values()[outcome];
    }

    /** Drops a reference that the test took. */
    void put(long pfn) {
        if (frames.put(pfn) == 0) {
            rooms.allocator.free(agent.worker(), pfn);
        }
    }

    @Override
    public void close() {
        assertThat(time.acted() && awaited == 0).as("all moments came").isTrue();
        cpu.close();
        assertThat(under.machine().check()).isEmpty();
        rooms.retire(agent);
        space.close();
        under.close();
    }
}

package moraine.core.impl.races;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestDriver;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.daemon.TestReclaim;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.migration.Evictor;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.Gates;
import moraine.testkit.JvmThreads;

/**
 * Where races are played: a machine in wall-clock time with real bytes, CPU node 0 and two devices of different owners,
 * whose threads the gates hold. Closing it lets everybody go and checks the machine.
 */
final class Stage implements AutoCloseable {
    static final int RAM = 0;
    static final int NEAR = 1;
    static final int OTHER = 2;
    static final int DEVICE_PAGES = 1024;
    /** Host actor of {@code gpu0}, the device of node {@link #NEAR}. */
    static final String GPU0 = "moraine-gpu0";
    /** Host actor of {@code gpu1}, the device of node {@link #OTHER}. */
    static final String GPU1 = "moraine-gpu1";

    private static final long TIMEOUT_NS = 30_000_000_000L;

    final Gates gates = new Gates(new ThreadedEnvironment(new JvmThreads(), 1));
    final Providers providers = new Providers();
    final TestDriverProvider drivers = new TestDriverProvider();
    final TestMachine under;
    final Machine machine;
    final Rooms rooms;
    final SpaceImpl space;
    private final Spaces spaces;

    private Stage(String policy, int devices) {
        this(policy, devices, Parameters.NONE);
    }

    private Stage(String policy, int devices, Parameters tuning) {
        providers.drivers().add(TestDriverProvider.NAME, drivers, "test.driver 1.0", 0);
        for (TestPolicy.Kind kind : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(kind), new TestPolicyProvider(kind), "test.policy 1.0", 0);
        }
        long deviceBytes = DEVICE_PAGES * (long) Pages.SIZE;
        var profile = TestProfiles.devices(64L << 20, deviceBytes, devices, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, policy)
                .withSwap(SwapSpec.node(RAM, 1L << 20))
                .withTuning(tuning);
        under = TestMachine.create(spec, providers, gates);
        machine = under.machine();
        rooms = under.mechanism().rooms();
        spaces = under.mechanism().spaceList();
        space = (SpaceImpl) machine.openSpace("raced");
    }

    /** Devices are hidden from CPUs: their faults move pages there, touches of CPUs bring them back. */
    static Stage hidden() {
        return new Stage("hidden(window=1)", 2);
    }

    /** As {@link #hidden()}, and writes to whole regions get 2 MiB pages. */
    static Stage hiddenLarge() {
        return new Stage("hidden(large=true,window=1)", 2);
    }

    /** As {@link #reachable()}, and a device's range fault gives up so late. */
    static Stage reachable(long rangeTimeoutMs) {
        return new Stage("node(window=1)", 2, Parameters.NONE.with("range.timeout", Long.toString(rangeTimeoutMs)));
    }

    /** As {@link #reachable()}, and writes to whole regions get 2 MiB pages. */
    static Stage reachableLarge() {
        return new Stage("node(large=true,window=1)", 2);
    }

    /** Devices are nodes that CPUs reach; their faults map what there is where it is. */
    static Stage reachable() {
        return new Stage("node(window=1)", 2);
    }

    /** As {@link #reachable()}; a device's fault takes the page for the device alone. */
    static Stage exclusive() {
        return new Stage("node(exclusive=true,window=1)", 2);
    }

    /** As {@link #hidden()}, with one device. */
    static Stage hiddenAlone() {
        return new Stage("hidden(window=1)", 1);
    }

    /** As {@link #reachable()}, with one device. */
    static Stage reachableAlone() {
        return new Stage("node(window=1)", 1);
    }

    /** As {@link #reachableAlone()}; pages of a device that went are given up as soon as can be. */
    static Stage impatient() {
        return new Stage("node(window=1)", 1, Parameters.NONE.with("device.departures", "1"));
    }

    Spaces spaces() {
        return spaces;
    }

    /** {@return private pages, the first word of page i written with i + 1} */
    long written(int pages) {
        long at = untouched(pages);
        for (int page = 0; page < pages; page++) {
            write(page(at, page), page + 1);
        }
        return at;
    }

    /** {@return private pages that nobody has touched} */
    long untouched(int pages) {
        return space.mmap(MapRequest.anonymous(pages * (long) Pages.SIZE));
    }

    static long page(long at, int index) {
        return at + index * (long) Pages.SIZE;
    }

    void write(long address, long value) {
        write(space, address, value);
    }

    static void write(SpaceImpl in, long address, long value) {
        try (CpuContext cpu = in.attach(RAM)) {
            cpu.putLong(address, value);
        }
    }

    long read(long address) {
        return read(space, address);
    }

    static long read(SpaceImpl in, long address) {
        try (CpuContext cpu = in.attach(RAM)) {
            return cpu.getLong(address);
        }
    }

    /** Starts a CPU thread of that name in the space. */
    void cpu(String actor, Consumer<CpuContext> body) {
        gates.start(actor, () -> {
            try (CpuContext cpu = space.attach(RAM)) {
                body.accept(cpu);
            }
        });
    }

    /** Launches a kernel of one block, which may run again from its beginning after each fault. */
    Launch launch(String device, Block body) {
        return machine.device(device).launch(space, kernel(body));
    }

    static Kernel kernel(Block body) {
        return new OneBlock(body);
    }

    private record OneBlock(Block body) implements Kernel {
        @Override
        public String name() {
            return "raced";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return body;
        }
    }

    static void done(Launch launch) {
        launch.await(TIMEOUT_NS);
    }

    /** {@return how a launch failed; OK if it did not} */
    static Errno outcome(Launch launch) {
        return outcome(() -> launch.await(TIMEOUT_NS));
    }

    /** {@return how something failed; OK if it did not} */
    static Errno outcome(Runnable what) {
        try {
            what.run();
            return Errno.OK;
        } catch (MoraineException e) {
            return e.errno();
        }
    }

    /** Moves pages to a device by a kernel that adds nothing to their first words. */
    void toDevice(String device, long at, int pages) {
        for (int page = 0; page < pages; page++) {
            long word = page(at, page);
            done(launch(device, memory -> {
                memory.getAndAddLong(word, 0);
                return false;
            }));
        }
    }

    /** {@return pages that an application's call moved} */
    long migrate(long address, int pages, int node) {
        return space.migrate(address, pages * (long) Pages.SIZE, node, Cause.USER)
                .movedPages();
    }

    /** Takes the page off its node, as a device that lacks room does. @return pages that left */
    int evict(int node, long pfn) {
        Agent agent = rooms.begin();
        try {
            return new Evictor(rooms).evictRange(agent, node, pfn, 1);
        } finally {
            rooms.done(agent);
        }
    }

    /** Takes the page out of RAM, as reclaim does. @return pages that left */
    int reclaim(long pfn) {
        return TestReclaim.frame(under.mechanism(), RAM, pfn);
    }

    /** Takes all pages out of RAM, as reclaim does. @return pages that left */
    int reclaimAll() {
        return TestReclaim.all(under.mechanism(), RAM);
    }

    /** {@return the address of a page of another space, with 99 in it, that got the free frame of device node NEAR} */
    long occupy(SpaceImpl stranger, long frame) {
        for (int page = 0; page < DEVICE_PAGES; page++) {
            long at = stranger.mmap(MapRequest.anonymous(Pages.SIZE));
            write(stranger, at, 99);
            stranger.migrate(at, Pages.SIZE, NEAR, Cause.USER);
            if (Pte.pfn(stranger.table().get(at)) == frame) {
                return at;
            }
        }
        throw new AssertionError("frame " + frame + " is not handed out; somebody holds it");
    }

    long entry(long address) {
        return space.table().get(address);
    }

    long pfn(long address) {
        return Pte.pfn(entry(address));
    }

    /** {@return the node of the page's frame} */
    int node(long address) {
        return rooms.frames.node(pfn(address));
    }

    TestDriver driver(String device) {
        return drivers.driver(device);
    }

    /** Waits until the actor has arrived at the point so many times. */
    void awaitArrivals(int count, Point point, String actor) {
        gates.until(
                actor + " has arrived " + count + " times at " + point, () -> gates.arrivals(point, actor) >= count);
    }

    /** {@return the host actor of a device} */
    static String actor(String device) {
        return "moraine-" + device;
    }

    DeviceTable table(int node) {
        return Objects.requireNonNull(space.devices().table(node), "no table of device node " + node);
    }

    /**
     * Does what a broken rule may keep from ending: on a thread of its own, so that the test fails at the gates'
     * deadline and does not hang.
     */
    void within(String what, Runnable body) {
        var end = new CompletableFuture<Void>();
        new JvmThreads().start(what, () -> {
            try {
                body.run();
                end.complete(null);
            } catch (RuntimeException | Error e) {
                end.completeExceptionally(e);
            }
        });
        gates.until(what + " has ended", end::isDone);
        end.join();
    }

    @Override
    public void close() {
        try {
            gates.close();
            within("the checker", () -> assertThat(machine.check()).isEmpty());
        } finally {
            within("the end of the machine", machine::close);
        }
    }
}

package moraine.core.impl.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Consumer;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.time.Environment;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.migration.Evictor;
import moraine.core.impl.plugins.WallClock;
import moraine.core.impl.tuning.Tuning;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A machine with two devices, a space and a CPU context; checked when it is closed. */
public final class Pair implements AutoCloseable {
    public static final long TIMEOUT_NS = 60_000_000_000L;

    public final TestMachine under;
    public final AddressSpace space;
    public final CpuContext cpu;

    public Pair(boolean coherent, TestPolicy.Kind kind, String parameters) {
        this(coherent, kind, parameters, WallClock.environment());
    }

    public Pair(boolean coherent, TestPolicy.Kind kind, String parameters, String name, String value) {
        this(coherent, kind, parameters, WallClock.environment(), Map.of(name, value), Parameters.NONE);
    }

    public Pair(boolean coherent, TestPolicy.Kind kind, String parameters, Environment environment) {
        this(coherent, kind, parameters, environment, Map.of(), Parameters.NONE);
    }

    /** {@return one in which who cannot get a page gives up as soon as usual} */
    public static Pair hasty(boolean coherent, TestPolicy.Kind kind, String parameters) {
        var tuning = Parameters.NONE.with("range.timeout", Long.toString(Tuning.USUAL.rangeTimeoutNs / 1_000_000));
        return new Pair(coherent, kind, parameters, WallClock.environment(), Map.of(), tuning);
    }

    private Pair(
            boolean coherent,
            TestPolicy.Kind kind,
            String parameters,
            Environment environment,
            Map<String, String> driver,
            Parameters tuning) {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        String family = TestPolicy.family(kind);
        for (TestPolicy.Kind each : TestPolicy.Kind.values()) {
            providers.policies().add(TestPolicy.family(each), new TestPolicyProvider(each), "test.policy 1.0", 0);
        }
        var profile = TestProfiles.devices(64L << 20, 16L << 20, 2, TestDriverProvider.NAME, coherent);
        for (var parameter : driver.entrySet()) {
            profile = TestProfiles.with(profile, null, parameter.getKey(), parameter.getValue());
        }
        under = TestMachine.create(
                MachineSpec.of(profile, family + parameters).withTuning(tuning), providers, environment);
        space = under.machine().openSpace("space");
        cpu = space.attach(0);
    }

    public Device device(int index) {
        return under.machine().device("gpu" + index);
    }

    /** Maps private memory and writes the page's number plus 1 into each. */
    public long written(int pages) {
        long at = space.mmap(MapRequest.anonymous((long) pages * Pages.SIZE));
        for (int page = 0; page < pages; page++) {
            cpu.putLong(at + (long) page * Pages.SIZE, page + 1);
        }
        return at;
    }

    /** Runs a step on a device until it is through. */
    public void run(int device, Consumer<DeviceAccess> step) {
        device(device).launch(space, kernel(step)).await(TIMEOUT_NS);
    }

    public static Kernel kernel(Consumer<DeviceAccess> step) {
        return new Kernel() {
            @Override
            public String name() {
                return "step";
            }

            @Override
            public int blocks() {
                return 1;
            }

            @Override
            public Block block(int index) {
                return memory -> {
                    step.accept(memory);
                    return false;
                };
            }
        };
    }

    public PageState state(long address) {
        return space.why(address).state();
    }

    /** Takes pages off a node, as a device that lacks room does. @return pages that left */
    public int evict(int node, int pages) {
        Rooms rooms = under.mechanism().rooms();
        Agent agent = rooms.begin();
        try {
            return new Evictor(rooms).evict(agent, node, pages);
        } finally {
            rooms.done(agent);
        }
    }

    public void checked() {
        assertThat(under.machine().check()).isEmpty();
    }

    public static void refused(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Override
    public void close() {
        checked();
        cpu.close();
        space.close();
        checked();
        var nodes = under.machine().nodes();
        nodes.forEach(node -> assertThat(node.freePages()).isEqualTo(node.pages()));
        under.close();
    }
}

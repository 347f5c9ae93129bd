package moraine.policy.hmm;

import static moraine.testkit.SmallMachine.CPU;
import static moraine.testkit.SmallMachine.GPU;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.BooleanSupplier;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Plan;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.Hint;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.driver.gpu.GpuProvider;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import moraine.testkit.SmallMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The example of {@code docs/driver-placement.md}, run. */
final class DirectedPlacementTest {
    private static final long MIB = 1L << 20;
    private static final long SOON_NS = 1_000_000_000L;

    private final SmallMachine on = machine();

    private static SmallMachine machine() {
        var providers = new Providers();
        providers.policies().add("directed", new Provider(), "example.directed 1.0", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        MachineProfile gh200 = Profiles.load("gh200");
        return new SmallMachine(
                new MachineFactoryImpl(providers, Limits.DEFAULT),
                gh200.topology(),
                "directed",
                new VirtualEnvironment(gh200, Map.of(), 1));
    }

    @AfterEach
    void close() {
        on.close();
    }

    /** Makes the policy that the guide shows. */
    private static final class Provider implements PolicyProvider {
        @Override
        public PlacementPolicy create(PolicyContext context, Parameters parameters) {
            return new DirectedPolicy(context, new HmmPolicy("directed", HmmSettings.of(parameters)));
        }
    }

    // guide: policy
    private static final class DirectedPolicy implements PlacementPolicy {
        private final PolicyContext context;
        private final PlacementPolicy base;

        DirectedPolicy(PolicyContext context, PlacementPolicy base) {
            this.context = context;
            this.base = base;
        }

        @Override
        public String name() {
            return base.name();
        }

        @Override
        public Plan plan(MachineView machine) {
            return base.plan(machine);
        }

        @Override
        public void onHint(Hint hint) {
            if (hint.advice().kind() == Advice.Kind.PREFETCH && hint.bytes() > 8 * MIB) {
                hint.refuse();
            }
        }

        @Override
        public void onDeviceFaults(DeviceFaults batch) {
            for (int i = 0; i < batch.size(); i++) {
                boolean lone = i == 0 || batch.address(i) - batch.address(i - 1) > 16 * Pages.SIZE;
                if (batch.action(i) == DeviceAction.MIGRATE) {
                    batch.decide(i, DeviceAction.MIGRATE, lone ? 1 : 64);
                }
            }
        }

        @Override
        public void onAccessCounters(AccessSample hot) {
            for (int i = 0; i < hot.size(); i++) {
                context.requestMigration(hot.space(i), hot.start(i), hot.bytes(i), hot.device(), Cause.ACCESS_COUNTERS);
            }
        }
    }
    // guide: end

    @Test
    void shouldDirectWithHints() {
        long input = on.map(64);
        long result = on.map(64);
        long scratch = on.map(64);
        long weights = on.map(64);
        long bytes = 64L * Pages.SIZE;
        on.cpuWrites(input, 64);
        on.cpuWrites(scratch, 64);
        on.cpuWrites(weights, 64);
        // guide: hints
        on.space().advise(input, bytes, Advice.prefetch(GPU));
        on.space().advise(result, bytes, Advice.preferredLocation(CPU));
        on.space().advise(result, bytes, Advice.accessedBy(GPU));
        on.space().advise(scratch, bytes, Advice.DISCARD);
        on.space().advise(weights, bytes, Advice.READ_MOSTLY);
        // guide: end
        on.gpuAdds(input, 64);
        on.gpuAdds(result, 64);
        reads(weights, 64, 1);

        assertThat(on.nodes(input, 64)).containsOnly(GPU);
        assertThat(on.space().why(input).cause()).isEqualTo(Cause.PREFETCH);
        assertThat(on.nodes(result, 64)).containsOnly(CPU);
        assertThat(on.cpu().getLong(result)).isEqualTo(1);
        assertThat(on.cpu().getLong(scratch)).isZero();
        assertThat(on.nodes(weights, 64)).containsOnly(CPU);
        assertThat(on.machine().counter("duplicates.pages")).isEqualTo(64);
        assertThat(on.machine().counter("hints.given")).isEqualTo(5);
    }

    @Test
    void shouldRefuseALargePrefetch() {
        long memory = on.map(3 * 1024);
        on.cpuWrites(memory, 16);
        on.space().advise(memory, 3 * 1024L * Pages.SIZE, Advice.prefetch(GPU));

        assertThat(on.nodes(memory, 16)).containsOnly(CPU);
        assertThat(on.machine().counter("hints.refused")).isEqualTo(1);
    }

    @Test
    void shouldDecideWindowsOfFaults() {
        long memory = on.map(64);
        on.cpuWrites(memory, 64);
        on.gpuAdds(memory, 1);

        assertThat(on.nodes(memory, 1)).containsOnly(GPU);
        assertThat(on.nodes(memory + Pages.SIZE, 63)).containsOnly(CPU);
    }

    /** The first fault of a batch is a lone one, the second is close to it. */
    @Test
    void shouldBringNeighboursWhereFaultsAreClose() {
        long memory = on.map(512);
        on.cpuWrites(memory, 512);
        reads(memory, 2, 2);

        assertThat(on.machine().counter("device.batches")).isOne();
        assertThat(on.nodes(memory, 64)).containsOnly(GPU);
        assertThat(on.nodes(memory + 64 * Pages.SIZE, 448)).containsOnly(CPU);
    }

    @Test
    void shouldMoveWhatCountersCallHot() {
        long memory = on.map(512);
        on.cpuWrites(memory, 512);
        on.space().advise(memory, 512L * Pages.SIZE, Advice.preferredLocation(CPU));
        reads(memory, 100, 1);
        assertThat(soon(() -> on.nodes(memory, 512).contains(GPU))).isFalse();

        reads(memory, 512, 1);
        assertThat(soon(() -> !on.nodes(memory, 512).contains(CPU))).isTrue();
        assertThat(on.space().why(memory).cause()).isEqualTo(Cause.ACCESS_COUNTERS);
        assertThat(on.space().why(memory + 511L * Pages.SIZE).cause()).isEqualTo(Cause.ACCESS_COUNTERS);
    }

    private boolean soon(BooleanSupplier condition) {
        return on.machine().environment().actors().await(condition, SOON_NS);
    }

    private void reads(long address, int pages, int blocks) {
        var reading = new Reading(address, pages, blocks);
        on.machine().device("gpu0").launch(on.space(), reading).await(SOON_NS);
    }
}

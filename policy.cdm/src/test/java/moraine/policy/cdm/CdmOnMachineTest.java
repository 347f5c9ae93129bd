package moraine.policy.cdm;

import static moraine.testkit.SmallMachine.CPU;
import static moraine.testkit.SmallMachine.GPU;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
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

/** The strategy on the real core with the real driver. */
final class CdmOnMachineTest {
    private final SmallMachine on = small("cdm");

    private static SmallMachine small(String policy) {
        var providers = new Providers();
        providers.policies().add("cdm", new CdmProvider(), "moraine.policy.cdm 0.1", 0);
        providers.drivers().add("gpu", new GpuProvider(), "moraine.driver.gpu 0.1", 0);
        MachineProfile gh200 = Profiles.load("gh200");
        var factory = new MachineFactoryImpl(providers, Limits.DEFAULT);
        return new SmallMachine(factory, gh200.topology(), policy, new VirtualEnvironment(gh200, Map.of(), 1));
    }

    @AfterEach
    void close() {
        on.close();
    }

    @Test
    void shouldKeepFirstTouchesOffTheDevice() {
        long memory = on.map(32);

        on.cpuWrites(memory, 16);
        on.gpuAdds(memory, 32);

        assertThat(on.nodes(memory, 32)).containsOnly(CPU);
        assertThat(on.cpu().getLong(memory)).isEqualTo(1001);
        assertThat(on.cpu().getLong(memory + 16 * Pages.SIZE)).isEqualTo(1);
    }

    @Test
    void shouldHonourABindWhoeverTouches() {
        long memory = on.map(32);
        on.space().mbind(memory, 32 * Pages.SIZE, MemoryPolicy.bind(GPU));

        on.cpuWrites(memory, 16);
        on.gpuAdds(memory, 32);

        assertThat(on.nodes(memory, 32)).containsOnly(GPU);
        assertThat(on.space().why(memory).state()).isEqualTo(PageState.PRESENT);
        assertThat(on.cpu().getLong(memory)).isEqualTo(1001);
        assertThat(on.nodes(memory, 32)).containsOnly(GPU);
    }

    @Test
    void shouldHonourAPreferenceWhoeverTouches() {
        long memory = on.map(32);
        on.space().mbind(memory, 32 * Pages.SIZE, MemoryPolicy.preferred(GPU));

        on.cpuWrites(memory, 16);
        on.gpuAdds(memory, 32);

        assertThat(on.nodes(memory, 32)).containsOnly(GPU);
    }

    @Test
    void shouldStayOnTheTouchersListWhenTheMaskHoldsItsNode() {
        long memory = on.map(1);
        on.space().mbind(memory, Pages.SIZE, MemoryPolicy.bind(CPU, GPU));

        on.cpuWrites(memory, 1);

        assertThat(on.nodes(memory, 1)).containsOnly(CPU);
    }

    @Test
    void shouldMoveOnTheApplicationsRequest() {
        long memory = on.map(8);
        on.cpuWrites(memory, 8);

        on.space().migrate(memory, 8 * Pages.SIZE, GPU, Cause.USER);

        assertThat(on.nodes(memory, 8)).containsOnly(GPU);
        assertThat(on.cpu().getLong(memory)).isEqualTo(1000);
    }

    @Test
    void shouldMoveARegionThatCountersCallHot() {
        long memory = on.map(Pages.PER_LARGE);
        on.cpuWrites(memory, Pages.PER_LARGE);

        on.gpuAdds(memory, Pages.PER_LARGE);
        on.gpuAdds(memory, Pages.PER_LARGE);

        assertThat(on.nodes(memory, Pages.PER_LARGE)).contains(GPU);
        assertThat(on.space().pages(memory, Pages.LARGE_SIZE, Pages.PER_LARGE))
                .filteredOn(page -> page.node() == GPU)
                .allMatch(page -> page.cause() == Cause.ACCESS_COUNTERS);
        assertThat(on.cpu().getLong(memory)).isEqualTo(1002);
    }
}

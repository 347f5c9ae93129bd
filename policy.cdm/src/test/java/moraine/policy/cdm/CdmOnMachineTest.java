package moraine.policy.cdm;

import static moraine.policy.cdm.RealMachine.CPU;
import static moraine.policy.cdm.RealMachine.GPU;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.Binding;
import moraine.core.api.model.Cause;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The strategy on the real core with the real driver. */
final class CdmOnMachineTest {
    private final RealMachine on = new RealMachine("cdm");

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
        assertThat(on.cpu.getLong(memory)).isEqualTo(1001);
        assertThat(on.cpu.getLong(memory + 16 * Pages.SIZE)).isEqualTo(1);
    }

    @Test
    void shouldHonourABindWhoeverTouches() {
        long memory = on.map(32);
        on.space.mbind(memory, 32 * Pages.SIZE, Binding.bind(GPU));

        on.cpuWrites(memory, 16);
        on.gpuAdds(memory, 32);

        assertThat(on.nodes(memory, 32)).containsOnly(GPU);
        assertThat(on.space.why(memory).state()).isEqualTo(PageState.PRESENT);
        assertThat(on.cpu.getLong(memory)).isEqualTo(1001);
        assertThat(on.nodes(memory, 32)).containsOnly(GPU);
    }

    @Test
    void shouldHonourAPreferenceWhoeverTouches() {
        long memory = on.map(32);
        on.space.mbind(memory, 32 * Pages.SIZE, Binding.preferred(GPU));

        on.cpuWrites(memory, 16);
        on.gpuAdds(memory, 32);

        assertThat(on.nodes(memory, 32)).containsOnly(GPU);
    }

    @Test
    void shouldStayOnTheTouchersListWhenTheMaskHoldsItsNode() {
        long memory = on.map(1);
        on.space.mbind(memory, Pages.SIZE, Binding.bind(CPU, GPU));

        on.cpuWrites(memory, 1);

        assertThat(on.nodes(memory, 1)).containsOnly(CPU);
    }

    @Test
    void shouldMoveOnTheApplicationsRequest() {
        long memory = on.map(8);
        on.cpuWrites(memory, 8);

        on.space.migrate(memory, 8 * Pages.SIZE, GPU, Cause.USER);

        assertThat(on.nodes(memory, 8)).containsOnly(GPU);
        assertThat(on.cpu.getLong(memory)).isEqualTo(1000);
    }

    @Test
    void shouldMoveARegionThatCountersCallHot() {
        long memory = on.map(Pages.PER_LARGE);
        on.cpuWrites(memory, Pages.PER_LARGE);

        on.gpuAdds(memory, Pages.PER_LARGE);
        on.gpuAdds(memory, Pages.PER_LARGE);

        assertThat(on.nodes(memory, Pages.PER_LARGE)).contains(GPU);
        assertThat(on.space.pages(memory, Pages.LARGE_SIZE, Pages.PER_LARGE))
                .filteredOn(page -> page.node() == GPU)
                .allMatch(page -> page.cause() == Cause.ACCESS_COUNTERS);
        assertThat(on.cpu.getLong(memory)).isEqualTo(1002);
    }
}

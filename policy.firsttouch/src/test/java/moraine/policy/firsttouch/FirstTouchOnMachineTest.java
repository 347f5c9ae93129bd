package moraine.policy.firsttouch;

import static moraine.testkit.SmallMachine.CPU;
import static moraine.testkit.SmallMachine.GPU;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import moraine.core.api.model.Cause;
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

/** The baseline on the real core with the real driver. */
final class FirstTouchOnMachineTest {
    private final SmallMachine on = small("first-touch");

    private static SmallMachine small(String policy) {
        var providers = new Providers();
        providers.policies().add("first-touch", new FirstTouchProvider(), "moraine.policy.firsttouch 0.1", 0);
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
    void shouldPlacePagesWithTheirFirstToucherAndLeaveThemThere() {
        long memory = on.map(32);
        on.cpuWrites(memory, 16);
        on.gpuAdds(memory, 32);

        List<Integer> placed = on.nodes(memory, 32);
        on.cpuWrites(memory, 32);
        on.gpuAdds(memory, 32);

        assertThat(placed.subList(0, 16)).containsOnly(CPU);
        assertThat(placed.subList(16, 32)).containsOnly(GPU);
        assertThat(on.nodes(memory, 32)).isEqualTo(placed);
        assertThat(on.space().pages(memory, 32 * Pages.SIZE, 32)).allMatch(page -> page.cause() == Cause.FIRST_TOUCH);
    }

    @Test
    void shouldSpillToRamWhenTheDeviceIsFull() {
        int pages = 5000;
        long memory = on.map(pages);

        on.gpuAdds(memory, pages);

        assertThat(on.nodes(memory, pages)).contains(CPU, GPU);
        assertThat(on.cpu().getLong(memory + (pages - 1L) * Pages.SIZE)).isEqualTo(1);
    }
}

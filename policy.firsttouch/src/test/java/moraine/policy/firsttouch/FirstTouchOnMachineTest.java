package moraine.policy.firsttouch;

import static moraine.policy.firsttouch.RealMachine.CPU;
import static moraine.policy.firsttouch.RealMachine.GPU;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The baseline on the real core with the real driver. */
final class FirstTouchOnMachineTest {
    private final RealMachine on = new RealMachine("first-touch");

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
        assertThat(on.space.pages(memory, 32 * Pages.SIZE, 32)).allMatch(page -> page.cause() == Cause.FIRST_TOUCH);
    }

    @Test
    void shouldSpillToRamWhenTheDeviceIsFull() {
        int pages = 5000;
        long memory = on.map(pages);

        on.gpuAdds(memory, pages);

        assertThat(on.nodes(memory, pages)).contains(CPU, GPU);
        assertThat(on.cpu.getLong(memory + (pages - 1L) * Pages.SIZE)).isEqualTo(1);
    }
}

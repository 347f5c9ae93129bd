package moraine.policy.hmm;

import static java.util.Collections.nCopies;
import static moraine.testkit.SmallMachine.CPU;
import static moraine.testkit.SmallMachine.GPU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MoraineException;
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
final class HmmOnMachineTest {
    private final SmallMachine on = small("hmm(bringBackPages=4,migratePages=16)");

    private static SmallMachine small(String policy) {
        var providers = new Providers();
        providers.policies().add("hmm", new HmmProvider(), "moraine.policy.hmm 0.1", 0);
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
    void shouldMigrateAWindowOnADeviceFault() {
        long memory = on.map(64);
        on.cpuWrites(memory, 64);
        assertThat(on.nodes(memory, 64)).containsOnly(CPU);

        on.gpuAdds(memory, 1);

        assertThat(on.nodes(memory, 16)).containsOnly(GPU);
        assertThat(on.nodes(memory + 16 * Pages.SIZE, 48)).containsOnly(CPU);
        assertThat(on.space().why(memory).state()).isEqualTo(PageState.DEVICE_PRIVATE);
        assertThat(on.space().why(memory).cause()).isEqualTo(Cause.COHERENCE);
    }

    @Test
    void shouldBringBackAWindowOnACpuTouch() {
        long memory = on.map(16);
        on.cpuWrites(memory, 16);
        on.gpuAdds(memory, 16);

        assertThat(on.cpu().getLong(memory + 5 * Pages.SIZE)).isEqualTo(1006);

        assertThat(on.nodes(memory, 16))
                .startsWith(GPU, GPU, GPU, GPU, CPU, CPU, CPU, CPU, GPU)
                .endsWith(nCopies(8, GPU).toArray(Integer[]::new));
    }

    @Test
    void shouldMakeHolesInTheDevicesMemory() {
        long memory = on.map(16);

        on.gpuAdds(memory, 1);

        assertThat(on.space().why(memory).node()).isEqualTo(GPU);
        assertThat(on.cpu().getLong(memory)).isEqualTo(1);
    }

    @Test
    void shouldLetNobodyBindToTheDevice() {
        long memory = on.map(1);

        assertThatThrownBy(() -> on.space().mbind(memory, Pages.SIZE, MemoryPolicy.bind(GPU)))
                .isInstanceOf(MoraineException.class);
        assertThatThrownBy(() -> on.space().migrate(memory, Pages.SIZE, GPU, Cause.USER))
                .isInstanceOf(MoraineException.class);
    }

    @Test
    void shouldLeaveCoherentPagesWhereTheyAreWhenACpuTouches() {
        try (var coherent = small("hmm(memory=coherent,migratePages=16)")) {
            long memory = coherent.map(16);
            coherent.cpuWrites(memory, 16);
            coherent.gpuAdds(memory, 16);

            assertThat(coherent.cpu().getLong(memory + 5 * Pages.SIZE)).isEqualTo(1006);

            assertThat(coherent.nodes(memory, 16)).containsOnly(GPU);
            assertThat(coherent.space().why(memory).state()).isEqualTo(PageState.PRESENT);
            assertThatThrownBy(() -> coherent.space().mbind(memory, Pages.SIZE, MemoryPolicy.bind(GPU)))
                    .hasMessageContaining("leaves no node");
        }
    }

    @Test
    void shouldBringADenseNeighbourhoodAlong() {
        try (var dense = small("hmm(migratePages=16,prefetchPercent=51)")) {
            long memory = dense.map(512);
            dense.cpuWrites(memory, 512);

            dense.gpuAdds(memory, 1);
            assertThat(dense.nodes(memory, 512)).containsExactlyElementsOf(first(16));
            dense.gpuAdds(memory + 16 * Pages.SIZE, 1);
            assertThat(dense.nodes(memory, 512)).containsExactlyElementsOf(first(32));
            dense.gpuAdds(memory + 32 * Pages.SIZE, 1);
            assertThat(dense.nodes(memory, 512)).containsExactlyElementsOf(first(64));
        }
    }

    private static List<Integer> first(int pages) {
        return IntStream.range(0, 512)
                .mapToObj(page -> page < pages ? GPU : CPU)
                .toList();
    }

    @Test
    void shouldHonourAdviceUnlessToldNotTo() {
        try (var deaf = small("hmm(hints=false)")) {
            for (SmallMachine machine : List.of(on, deaf)) {
                long memory = machine.map(16);
                machine.cpuWrites(memory, 16);
                machine.space().advise(memory, 16 * Pages.SIZE, Advice.prefetch(GPU));
                assertThat(machine.nodes(memory, 16)).containsOnly(machine == on ? GPU : CPU);
            }
            assertThat(deaf.machine().counter("hints.refused")).isEqualTo(1);
            assertThat(on.machine().counter("hints.given")).isEqualTo(1);
        }
    }

    @Test
    void shouldLoseNothingWhenTheDeviceIsTooSmall() {
        int pages = 6000;
        long memory = on.map(pages);
        on.cpuWrites(memory, pages);

        on.gpuAdds(memory, pages);

        for (int page = 0; page < pages; page++) {
            assertThat(on.cpu().getLong(memory + (long) page * Pages.SIZE)).isEqualTo(1001 + page);
        }
    }
}

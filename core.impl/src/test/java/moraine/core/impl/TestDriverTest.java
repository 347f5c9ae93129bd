package moraine.core.impl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TestDriverTest {
    private static final long SECONDS = 1_000_000_000L;
    private static final int BLOCKS = 300;

    private final TestDriverProvider drivers = new TestDriverProvider();
    private Machine machine;
    private AddressSpace space;

    @BeforeEach
    void open() {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, drivers, "test 1.0", 0);
        var factory = new MachineFactoryImpl(providers, Limits.DEFAULT);
        var profile = TestProfiles.devices(64L << 20, 8L << 20, 1, TestDriverProvider.NAME, true);
        machine = factory.create(
                MachineSpec.of(profile, MachineSpec.LAST_RESORT), factory.wallClock(new JvmThreads(), 1));
        space = machine.openSpace("s");
    }

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        space.close();
        assertThat(machine.check()).isEmpty();
        machine.close();
    }

    /** Each block writes its index to the first word of its page, then adds one. */
    private static Kernel writer(long at) {
        return new Kernel() {
            @Override
            public String name() {
                return "writer";
            }

            @Override
            public int blocks() {
                return BLOCKS;
            }

            @Override
            public Block block(int index) {
                return memory -> {
                    memory.putLong(at + (long) index * Pages.SIZE, index + 1L);
                    return false;
                };
            }
        };
    }

    @Test
    void shouldRunEveryBlockThroughFaults() {
        long at = space.mmap(MapRequest.anonymous(BLOCKS * (long) Pages.SIZE));

        machine.device("gpu0").launch(space, writer(at)).await(30 * SECONDS);

        try (var cpu = space.attach(0)) {
            for (int page = 0; page < BLOCKS; page++) {
                assertThat(cpu.getLong(at + (long) page * Pages.SIZE)).isEqualTo(page + 1L);
            }
        }
        assertThat(drivers.driver("gpu0").drained).hasPositiveValue();
    }

    @Test
    void shouldFailAKernelWhoseAccessNoMappingAllows() {
        long at = space.mmap(MapRequest.anonymous(Pages.SIZE));

        var launch = machine.device("gpu0").launch(space, writer(at));

        assertThatThrownBy(() -> launch.await(30 * SECONDS)).hasMessageContaining("cannot be completed");
    }
}

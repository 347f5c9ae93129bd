package moraine.core.impl.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shared pages: as many sharers as can be counted, and neighbours that nobody touched. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SharedFaultsTest {
    private static final long WAIT_NS = 60_000_000_000L;
    private static final int PAGES = 32;
    private static final int MOST = 65_535;

    private TestMachine under;
    private AddressSpace space;
    private long at;

    @BeforeEach
    void open() {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        providers.policies().add("hidden", new TestPolicyProvider(TestPolicy.Kind.HIDDEN), "test.hidden 1.0", 0);
        var profile = TestProfiles.devices(64L << 20, 8L << 20, 2, TestDriverProvider.NAME, true);
        under = TestMachine.create(MachineSpec.of(profile, "hidden(window=8)"), providers, new VirtualEnvironment());
        space = under.machine().openSpace("s");
        at = space.mmap(MapRequest.anonymous(PAGES * (long) Pages.SIZE).shared());
    }

    @AfterEach
    void close() {
        assertThat(under.machine().check()).isEmpty();
        under.close();
    }

    @Test
    void shouldRefuseASharerBeyondWhatCanBeCounted() {
        try (CpuContext cpu = space.attach(0)) {
            cpu.putLong(at, 1);
        }
        var frames = under.mechanism().rooms().frames;
        long pfn = space.why(at).pfn();
        int taken = 0;
        while (frames.get(pfn)) {
            taken++;
        }
        assertThat(frames.refs(pfn)).isEqualTo(MOST);
        AddressSpace child = space.fork("child");
        refused(child);
        frames.put(pfn);
        frames.addMapping(pfn, MOST - frames.mappings(pfn));
        refused(child);
        frames.dropMapping(pfn, MOST - 1);
        for (int i = 1; i < taken; i++) {
            frames.put(pfn);
        }
        try (CpuContext cpu = child.attach(0)) {
            assertThat(cpu.getLong(at)).isEqualTo(1);
        }
    }

    private void refused(AddressSpace child) {
        try (CpuContext cpu = child.attach(0)) {
            assertThatThrownBy(() -> cpu.getLong(at))
                    .isInstanceOfSatisfying(
                            MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOVERFLOW))
                    .hasMessageContaining("65,535");
        }
    }

    @Test
    void shouldMakeNoPageThatADeviceDidNotTouch() {
        launch("gpu0", at + 16L * Pages.SIZE);
        assertThat(space.pages(at, PAGES * (long) Pages.SIZE, PAGES))
                .filteredOn(page -> page.state() != PageState.NONE)
                .hasSize(1);
        assertThat(under.machine().counter("device.mapped.remote.pages")).isEqualTo(1);
    }

    private void launch(String device, long address) {
        under.machine().device(device).launch(space, new Load(address)).await(WAIT_NS);
    }

    private record Load(long address) implements Kernel {
        @Override
        public String name() {
            return "load";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return memory -> {
                memory.getLong(address);
                return false;
            };
        }
    }
}

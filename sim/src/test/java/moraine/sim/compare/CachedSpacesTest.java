package moraine.sim.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.sim.profile.MachineProfile;
import moraine.sim.profile.Profiles;
import moraine.sim.time.VirtualEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a modelled cache knows of a page is known by its frame, not by its address in a space. */
final class CachedSpacesTest {
    private static final int LINES = Pages.SIZE / 64;
    private static final long ADDRESS = 0x10_0000_0000L;
    /** From gh200.yaml: cacheLatency, and latency over outstanding. */
    private static final double HITS_NS = LINES * 1.2;

    private static final double MISSES_NS = LINES * 205.0 / 35;

    private final MachineProfile profile = Profiles.load("gh200");
    private final VirtualEnvironment time = new VirtualEnvironment(profile, Map.of(), 1);
    private final MachineFactoryImpl factory = Core.factory();
    private final Machine machine = factory.create(
            MachineSpec.of(profile.topology(), MachineSpec.LAST_RESORT)
                    .withDevices(List.of())
                    .withCapacities(Map.of(0, 64L << 20)),
            time);

    @AfterEach
    void close() {
        assertThat(machine.check()).isEmpty();
        machine.close();
        factory.close();
    }

    private AddressSpace space(String name) {
        AddressSpace space = machine.openSpace(name);
        space.mmap(MapRequest.anonymous(Pages.SIZE).at(ADDRESS));
        return space;
    }

    /** {@return how long it takes to read each line of the page} */
    private double readNs(CpuContext cpu) {
        long begunNs = time.clock().nowNs();
        for (int line = 0; line < LINES; line++) {
            cpu.getLong(ADDRESS + line * 64L);
        }
        return time.clock().nowNs() - begunNs;
    }

    @Test
    void shouldMissWhatOnlyAnotherSpaceHasAtTheAddress() {
        try (CpuContext one = space("one").attach(0);
                CpuContext other = space("other").attach(0)) {
            one.putLong(ADDRESS, 1);
            other.putLong(ADDRESS, 2);
            readNs(one);
            assertThat(readNs(one)).isLessThan(1.1 * HITS_NS);
            assertThat(readNs(other)).isGreaterThan(0.9 * MISSES_NS);
            assertThat(readNs(other)).isLessThan(1.1 * HITS_NS);
        }
    }

    @Test
    void shouldHitWhatTwoSpacesShare() {
        AddressSpace parent = space("parent");
        try (CpuContext one = parent.attach(0);
                CpuContext other = parent.fork("child").attach(0)) {
            assertThat(readNs(one)).as("the page of zeroes").isGreaterThan(0.9 * MISSES_NS);
            assertThat(readNs(other)).as("the same page of zeroes").isLessThan(1000 + 1.1 * HITS_NS);
        }
    }
}

package moraine.core.impl.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.api.time.Meter;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.core.impl.plugins.WallClock;
import moraine.testkit.HandsOn;
import org.junit.jupiter.api.Test;

/** Withdrawing translations is paid by the processors that do it. */
final class ShootDownChargeTest {
    /** Notes who is charged for shoot-downs, and for how many contexts. */
    private static final class Noting extends HandsOn implements Meter {
        private final List<String> charged = new ArrayList<>();

        Noting() {
            super(WallClock.environment());
        }

        @Override
        public void charge(Cost cost, int initiator, int from, int to, long amount) {
            if (cost == Cost.SHOOTDOWN) {
                charged.add(initiator + ": " + amount);
            }
        }

        @Override
        public void access(int initiator, int node, long address, int bytes, Intent intent) {}

        @Override
        public Meter meter() {
            return this;
        }
    }

    @Test
    void shouldChargeTheNodeOfTheContextThatFaults() {
        var noting = new Noting();
        var factory = new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
        Machine machine = factory.create(MachineSpec.of(TestProfiles.twoSockets(), MachineSpec.LAST_RESORT), noting);
        AddressSpace space = machine.openSpace("s");
        long address = space.mmap(MapRequest.anonymous(2 * Pages.SIZE));
        try (CpuContext first = space.attach(0);
                CpuContext second = space.attach(1)) {
            second.getLong(address);
            second.putLong(address, 1);
            first.getLong(address + Pages.SIZE);
            first.putLong(address + Pages.SIZE, 1);
            space.munmap(address, Pages.SIZE);
        }
        assertThat(noting.charged).containsExactly("1: 1", "0: 1", "0: 2");
        assertThat(machine.check()).isEmpty();
        factory.close();
    }
}

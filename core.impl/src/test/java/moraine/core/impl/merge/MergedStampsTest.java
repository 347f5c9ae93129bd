package moraine.core.impl.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.Test;

/** On a machine without bytes pages are equal when their stamps are: when the same was done to them. */
final class MergedStampsTest {
    private static TestMachine machine() {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        var profile = TestProfiles.devices(64L << 20, 4L << 20, 1, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, MachineSpec.LAST_RESORT).withBacking(Backing.STAMPS);
        return TestMachine.create(spec, providers, new VirtualEnvironment());
    }

    private static long stamp(TestMachine under, AddressSpace space, long at) {
        long entry = ((SpaceImpl) space).table().get(at);
        return under.mechanism().rooms().frames.stamp(Pte.pfn(entry));
    }

    @Test
    void shouldMergePagesToWhichTheSameWasDone() {
        try (var under = machine();
                var merger =
                        new Merger(under.mechanism().rooms(), under.mechanism().spaceList())) {
            List<AddressSpace> spaces = new ArrayList<>();
            long at = 0;
            for (int i = 0; i < 3; i++) {
                AddressSpace space = under.machine().openSpace("s" + i);
                at = space.mmap(MapRequest.anonymous(Pages.SIZE));
                space.advise(at, Pages.SIZE, Advice.MERGEABLE);
                try (CpuContext cpu = space.attach(0)) {
                    cpu.touch(at + (i == 2 ? 64 : 0), 8, Intent.WRITE);
                }
                spaces.add(space);
            }
            long same = stamp(under, spaces.get(0), at);
            assertThat(same).isNotZero().isEqualTo(stamp(under, spaces.get(1), at));

            assertThat(merger.settle()).isEqualTo(1);

            try (CpuContext cpu = spaces.get(0).attach(0)) {
                cpu.touch(at, 8, Intent.WRITE);
            }
            assertThat(stamp(under, spaces.get(0), at)).isNotEqualTo(same);
            assertThat(stamp(under, spaces.get(1), at)).isEqualTo(same);
            assertThat(stamp(under, spaces.get(2), at)).isNotEqualTo(same);
            assertThat(under.machine().check()).isEmpty();
        }
    }
}

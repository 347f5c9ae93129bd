package moraine.core.impl.mirror;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.DeviceFaults;
import moraine.core.api.policy.Pressure;
import moraine.core.impl.MechanismImpl;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.device.DeviceRoom;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.space.SpaceImpl;
import org.junit.jupiter.api.Test;

/** The end of a device in the rooms. */
final class MirroredDeviceTest {
    private static final int NODE = 1;

    /** For a device that asks no policy anything. */
    private static final class Unasked implements PolicyCalls {
        @Override
        public void deviceFaults(DeviceFaults batch) {
            throw new AssertionError("asked about faults");
        }

        @Override
        public void pressure(Pressure pressure) {
            throw new AssertionError("asked about pressure");
        }

        @Override
        public void accessSample(AccessSample sample) {
            throw new AssertionError("asked about accesses");
        }

        @Override
        public boolean hint(int space, long address, long bytes, Advice advice) {
            throw new AssertionError("asked about advice");
        }

        @Override
        public void close() {}
    }

    /** A device whose driver is gone attaches late: its table would be in the way of the one that returns. */
    @Test
    void shouldMakeNoTableBehindItsEnd() {
        try (Pair pair = new Pair(true, TestPolicy.Kind.NODE, "(window=1)")) {
            MechanismImpl mechanism = pair.under.mechanism();
            DeviceDriver driver = requireNonNull(mechanism.rooms().driver(NODE));
            DeviceRoom room = mechanism.open(NODE, driver, new Unasked());
            room.revoke();
            Pair.refused(Errno.ENODEV, () -> room.attach(pair.space.id()));
            assertThat(((SpaceImpl) pair.space).devices().table(NODE)).isNull();
        }
    }
}

package moraine.bench;

import moraine.core.api.model.Backing;
import moraine.core.api.policy.PolicyProvider;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.faults.DeviceFaultService;

/**
 * The same machine under a policy that does nothing and under the last resort: a CPU touches pages for the first time,
 * then a device touches them, in batches of faults that map them where they are.
 */
final class PolicyDuel implements Duel {
    private final Touched idle;
    private final Touched lastResort;

    PolicyDuel(PolicyProvider policy) {
        idle = new Touched(Rig.under(policy, IdlePolicy.NAME, Backing.BYTES, 2L * Ranges.PAGES));
        lastResort = new Touched(Rig.of(Backing.BYTES, 2L * Ranges.PAGES, 1024));
    }

    @Override
    public long operations() {
        return 2L * Ranges.PAGES;
    }

    @Override
    public Side moraine() {
        return idle;
    }

    @Override
    public Side reference() {
        return lastResort;
    }

    @Override
    public void close() {
        idle.close();
        lastResort.close();
    }

    private static final class Touched implements Side {
        private final FirstTouches touches;
        private final PlayedDevice device = new PlayedDevice();
        private final DeviceFaultService service;
        private final long[] addresses = Ranges.shuffledPages();

        Touched(Rig rig) {
            touches = new FirstTouches(rig);
            rig.mirror(touches.space(), device);
            service = new DeviceFaultService(
                    rig.rooms(),
                    rig.mechanism().spaceList(),
                    new CpuFaults(rig.rooms()),
                    Rig.DEVICE,
                    device,
                    rig.policyCalls());
        }

        @Override
        public void prepare() {
            touches.prepare();
        }

        @Override
        public void run() {
            touches.run();
            device.touch(touches.space().id(), addresses);
            int batches = 0;
            while (service.serve()) {
                batches++;
            }
            if (batches == 0) {
                throw new IllegalStateException("the device's faults were not served");
            }
        }

        void close() {
            service.close();
            touches.close();
        }
    }
}

package moraine.sim.time;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.sim.profile.MachineProfile;

/** A modelled machine's time: everything it takes from its profile and its seed, nothing from the JVM around it. */
public final class VirtualEnvironment implements Environment {
    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01B3L;

    private final EventLoop loop = new EventLoop();
    private final CostModel meter;
    private final long seed;

    /**
     * Makes an environment at time 0.
     *
     * @param cacheBytes sizes of caches by node id, where they differ from the profile's
     */
    public VirtualEnvironment(MachineProfile profile, Map<Integer, Long> cacheBytes, long seed) {
        this.meter = new CostModel(profile, cacheBytes, loop);
        this.seed = seed;
    }

    @Override
    public Clock clock() {
        return loop;
    }

    @Override
    public EventLoop actors() {
        return loop;
    }

    @Override
    public Meter meter() {
        return meter;
    }

    @Override
    public RandomGenerator random(String purpose) {
        return seeded(seed, purpose);
    }

    /** {@return a generator that depends on the seed and the purpose only} */
    public static RandomGenerator seeded(long seed, String purpose) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < purpose.length(); i++) {
            hash = (hash ^ purpose.charAt(i)) * FNV_PRIME;
        }
        return new SplittableRandom(seed ^ hash);
    }
}

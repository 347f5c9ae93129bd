package moraine.core.api.time;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/** Everything a machine would otherwise take from the JVM around it. Wall-clock and virtual time differ only here. */
@ConsumerType
public interface Environment {
    Clock clock();

    Actors actors();

    /** {@return what accesses and work are charged to, or null in wall-clock time} */
    @Nullable
    Meter meter();

    /** {@return a generator whose sequence depends on the run's seed and this purpose only} */
    RandomGenerator random(String purpose);

    /** {@return who is told of points reached; nobody unless a test scripts an interleaving} */
    default Points points() {
        return Points.PASS;
    }
}

package moraine.testkit;

import java.util.random.RandomGenerator;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Meter;
import moraine.core.api.time.Points;
import org.jspecify.annotations.Nullable;

/** An environment that hands everything on to another; a test overrides what is to be otherwise. */
public abstract class HandsOn implements Environment {
    private final Environment inside;

    protected HandsOn(Environment inside) {
        this.inside = inside;
    }

    @Override
    public Clock clock() {
        return inside.clock();
    }

    @Override
    public Actors actors() {
        return inside.actors();
    }

    @Override
    public @Nullable Meter meter() {
        return inside.meter();
    }

    @Override
    public RandomGenerator random(String purpose) {
        return inside.random(purpose);
    }

    @Override
    public Points points() {
        return inside.points();
    }
}

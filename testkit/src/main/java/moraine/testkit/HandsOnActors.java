package moraine.testkit;

import java.util.function.BooleanSupplier;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Step;

/** Actors that hand everything on to others, as {@link HandsOn} does; a test overrides what is to be otherwise. */
public abstract class HandsOnActors implements Actors {
    private final Actors inside;

    protected HandsOnActors(Actors inside) {
        this.inside = inside;
    }

    @Override
    public Actor start(String name, int initiator, Step step) {
        return inside.start(name, initiator, step);
    }

    @Override
    public Actor startBeside(String name, int initiator, Step step) {
        return inside.startBeside(name, initiator, step);
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        return inside.await(condition, timeoutNs);
    }

    @Override
    public void signal() {
        inside.signal();
    }

    @Override
    public void pause(int turn) {
        inside.pause(turn);
    }
}

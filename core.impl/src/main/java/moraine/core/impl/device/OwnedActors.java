package moraine.core.impl.device;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.Guard;
import moraine.core.impl.host.RevocableView;
import moraine.core.impl.host.Waits;

/** Actors of one driver: named after its device, counted, and ended with it. */
final class OwnedActors implements Actors {
    private final Environment environment;
    private final String owner;
    private final Guard guard;
    private final List<Actor> started = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    OwnedActors(Environment environment, String owner, Guard guard) {
        this.environment = environment;
        this.owner = owner;
        this.guard = guard;
    }

    @Override
    public Actor start(String name, int initiator, Step step) {
        if (ended) {
            throw RevocableView.revoked(owner);
        }
        String full = name.startsWith(owner) ? name : owner + "-" + name;
        Actor actor = environment.actors().start(full, initiator, self -> step(full, self, step));
        started.add(actor);
        return actor;
    }

    private Step.Progress step(String name, Actor self, Step step) {
        if (ended) {
            return Step.Progress.DONE;
        }
        try {
            return step.step(self);
        } catch (RuntimeException | Error thrown) {
            guard.thrown(Fault.thrown("step of " + name, thrown));
            throw thrown;
        }
    }

    /** Ends early, with false, when the driver has ended. */
    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        environment.actors().await(() -> ended || condition.getAsBoolean(), timeoutNs);
        return condition.getAsBoolean();
    }

    @Override
    public void signal() {
        environment.actors().signal();
    }

    @Override
    public void pause(int turn) {
        environment.actors().pause(turn);
    }

    /** {@return how many have not ended} */
    long running() {
        return started.stream().filter(actor -> !actor.done()).count();
    }

    /** Lets none step again and waits for them. @return how many did not end within the time */
    long end(long deadlineNs) {
        ended = true;
        environment.actors().signal();
        started.forEach(Actor::stop);
        Waits.until(environment, () -> running() == 0, deadlineNs);
        long left = environment.clock().virtual() ? 0 : running();
        started.clear();
        return left;
    }
}

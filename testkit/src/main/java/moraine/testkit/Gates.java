package moraine.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Point;
import moraine.core.api.time.Points;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/**
 * A wall-clock environment in which a test forces an order on threads: it holds them at {@link Point}s and lets them
 * go.
 *
 * <pre>{@code
 * try (var gates = new Gates(factory.wallClock(new JvmThreads(), 1))) {
 *     Machine machine = factory.create(spec, gates);
 *     gates.hold(Point.RANGE_READ, "moraine-gpu0");
 *     Launch launch = machine.device("gpu0").launch(space, kernel);
 *     gates.awaitHeld(Point.RANGE_READ, "moraine-gpu0");   // the device has read, and installed nothing
 *     space.munmap(address, bytes);
 *     gates.release(Point.RANGE_READ, "moraine-gpu0");     // now it must find out
 * }
 * }</pre>
 *
 * <p>Actors are named by their threads. The test's own are started with {@link #start}; a device's host actor is called
 * {@code moraine-} and the device's name. Each {@link #hold} is for one arrival; those of an actor at a point are
 * served in order. Every wait has a deadline, after which the test fails and is told who waits where; a thread that was
 * held goes on then. A hold that nobody arrived at fails the test as well: the order was not forced.
 */
public final class Gates extends HandsOn implements Points, AutoCloseable {
    private static final long DEADLINE_NS = 30_000_000_000L;

    private final Environment inside;
    private final long deadlineNs;
    private final List<Gate> gates = new ArrayList<>();
    private final Map<String, Integer> arrivals = new LinkedHashMap<>();
    private final Map<String, Actor> started = new LinkedHashMap<>();
    private @Nullable AssertionError failure;
    private boolean open;

    /** @param inside what it hands on: clock and actors, in wall-clock time */
    public Gates(Environment inside) {
        this(inside, DEADLINE_NS);
    }

    /** @param deadlineNs of each wait */
    public Gates(Environment inside, long deadlineNs) {
        super(inside);
        if (inside.clock().virtual()) {
            throw new IllegalArgumentException("in virtual time one thread does everything and cannot be held");
        }
        this.inside = inside;
        this.deadlineNs = deadlineNs;
    }

    /** Holds the actor when it arrives at the point next. */
    public synchronized void hold(Point point, String actor) {
        gates.add(new Gate(point, actor));
    }

    /**
     * Waits until the actor is held at the point.
     *
     * @throws AssertionError after the deadline, or when the actor ended elsewhere
     */
    public void awaitHeld(Point point, String actor) {
        Gate gate = find(point, actor);
        until(actor + " is held at " + point, () -> at(gate, Gate.State.HELD) || ended(actor));
        if (!at(gate, Gate.State.HELD)) {
            throw failed(actor + " ended and never arrived at " + point);
        }
    }

    /** Lets the actor go that is held at the point, or will be. */
    public synchronized void release(Point point, String actor) {
        find(point, actor).state = Gate.State.GONE;
        notifyAll();
    }

    /** Waits until the actor is held at the point, and lets it go. */
    public void pass(Point point, String actor) {
        awaitHeld(point, actor);
        release(point, actor);
    }

    /** {@return how often the actor has arrived at the point, held or not} */
    public synchronized int arrivals(Point point, String actor) {
        return arrivals.getOrDefault(key(point, actor), 0);
    }

    /** Starts an actor of the test's own, whose name none had before. */
    public synchronized void start(String actor, Runnable body) {
        if (started.containsKey(actor)) {
            throw new IllegalArgumentException("an actor named " + actor + " was started already; take another name");
        }
        Step step = _ -> {
            body.run();
            return Step.Progress.DONE;
        };
        started.put(actor, inside.actors().start(actor, 0, step));
    }

    /** Waits until an actor that was started here has ended; throws what ended it. */
    public void awaitEnd(String actor) {
        Actor its = started(actor);
        until(actor + " has ended", its::done);
        Throwable thrown = its.failure();
        if (thrown != null) {
            throw new AssertionError(actor + " ended with " + thrown, thrown);
        }
    }

    /**
     * Waits until the actor's thread is inside a method: that is how a test knows that it waits there, and need not
     * guess for how long.
     *
     * @param method such as {@code Notifiers.awaitChange}
     */
    public void awaitWithin(String actor, String method) {
        until(actor + " is within " + method, () -> Whereabouts.within(actor, method));
    }

    /** Waits until a condition holds that is cheap and has no side effect. */
    public void until(String what, BooleanSupplier condition) {
        long begun = inside.clock().nowNs();
        for (int turn = 0; !condition.getAsBoolean(); turn++) {
            if (inside.clock().nowNs() - begun > deadlineNs) {
                throw failed("after " + deadlineNs / 1_000_000 + " ms it is not so that " + what);
            }
            inside.actors().pause(turn);
        }
    }

    @Override
    public void reach(Point point) {
        String actor = Thread.currentThread().getName();
        Gate gate;
        synchronized (this) {
            arrivals.merge(key(point, actor), 1, Integer::sum);
            gate = open ? null : first(point, actor, Gate.State.ARMED);
            if (gate == null) {
                return;
            }
            gate.state = Gate.State.HELD;
        }
        await(gate);
    }

    /** Waits on the thread that is held; after the deadline it goes on, so that the test can clean up. */
    private synchronized void await(Gate gate) {
        long begun = inside.clock().nowNs();
        boolean interrupted = false;
        while (gate.state == Gate.State.HELD) {
            long left = 2 * deadlineNs - (inside.clock().nowNs() - begun);
            if (left <= 0) {
                failure = failed("nobody released " + gate);
                gate.state = Gate.State.GONE;
                break;
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Lets everybody go, now and later, and waits for the actors that were started here.
     *
     * @throws AssertionError when a hold was never arrived at, or an actor failed or does not end
     */
    @Override
    public void close() {
        List<Gate> never = openAll();
        started.keySet().forEach(this::awaitEnd);
        AssertionError late = failure;
        if (late != null) {
            throw late;
        }
        if (!never.isEmpty()) {
            throw failed("nobody arrived: " + never);
        }
    }

    private synchronized List<Gate> openAll() {
        open = true;
        List<Gate> never =
                gates.stream().filter(gate -> gate.state == Gate.State.ARMED).toList();
        gates.forEach(gate -> gate.state = Gate.State.GONE);
        notifyAll();
        return never;
    }

    private synchronized Gate find(Point point, String actor) {
        Gate held = first(point, actor, Gate.State.HELD);
        Gate found = held == null ? first(point, actor, Gate.State.ARMED) : held;
        if (found == null) {
            throw new IllegalArgumentException("nothing holds " + actor + " at " + point + "; call hold first");
        }
        return found;
    }

    private @Nullable Gate first(Point point, String actor, Gate.State state) {
        for (Gate gate : gates) {
            if (gate.point == point && gate.actor.equals(actor) && gate.state == state) {
                return gate;
            }
        }
        return null;
    }

    private synchronized boolean at(Gate gate, Gate.State state) {
        return gate.state == state;
    }

    private synchronized Actor started(String actor) {
        Actor its = started.get(actor);
        if (its == null) {
            throw new IllegalArgumentException("no actor named " + actor + " was started here: " + started.keySet());
        }
        return its;
    }

    private synchronized boolean ended(String actor) {
        Actor its = started.get(actor);
        return its != null && its.done();
    }

    private synchronized AssertionError failed(String what) {
        List<String> present = new ArrayList<>();
        gates.stream().filter(gate -> gate.state != Gate.State.GONE).forEach(gate -> present.add(gate.toString()));
        var error = new AssertionError(what + "\ngates: " + present + "\n" + Whereabouts.text(started.keySet()));
        started.values().forEach(actor -> {
            Throwable thrown = actor.failure();
            if (thrown != null) {
                error.addSuppressed(thrown);
            }
        });
        return error;
    }

    private static String key(Point point, String actor) {
        return point + " " + actor;
    }

    @Override
    public Points points() {
        return this;
    }

    /** One hold. Its state is guarded by the gates' monitor. */
    private static final class Gate {
        private enum State {
            ARMED,
            HELD,
            GONE
        }

        private final Point point;
        private final String actor;
        private State state = State.ARMED;

        Gate(Point point, String actor) {
            this.point = point;
            this.actor = actor;
        }

        @Override
        public String toString() {
            return actor + (state == State.HELD ? " is held at " : " is awaited at ") + point;
        }
    }
}

package moraine.core.impl.host;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/**
 * One requester's line to one plug-in instance. In wall-clock time the callback runs on the line's own actor while the
 * requester waits up to a deadline; a callback that hangs so holds up nobody but itself. In virtual time, where nothing
 * can wait within a step, it runs in the requester's step. A line ends with its instance, and its thread with it.
 *
 * <p>States: IDLE; POSTED by the requester; RUNNING in the callback; DONE until the requester has seen it; LATE when
 * the requester went away, until the callback returns.
 */
final class Line {
    static final int OK = 0;
    /** The callback threw; see {@link #fault}. */
    static final int THREW = 1;
    /** The callback runs on, or has not begun; what it would have written must not be touched. */
    static final int LATE = 2;
    /** The line has ended, or an earlier callback is still running: nothing was called. */
    static final int UNUSABLE = 3;

    private static final int IDLE = 0;
    private static final int POSTED = 1;
    private static final int RUNNING = 2;
    private static final int FINISHED = 3;
    private static final int LEFT = 4;
    private static final int PATIENCE = 256;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Line.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Environment environment;
    private final boolean inline;
    private final String name;
    private final int initiator;
    private final Guard guard;
    private final Slot slot = new Slot();
    private volatile int state;
    private final BooleanSupplier answered = this::answered;
    private volatile boolean ended;
    private volatile @Nullable Actor actor;
    private volatile @Nullable Runnable body;
    private String callback = "";
    private @Nullable Fault fault;

    /**
     * @param name of the actor, for people
     * @param initiator node whose processors it uses
     */
    Line(Environment environment, String name, int initiator, Guard guard) {
        this.environment = environment;
        this.inline = environment.clock().virtual();
        this.name = name;
        this.initiator = initiator;
        this.guard = guard;
    }

    Slot slot() {
        return slot;
    }

    String name() {
        return name;
    }

    /** {@return what the last callback threw; for the requester, after THREW} */
    @Nullable
    Fault fault() {
        return fault;
    }

    /**
     * Calls the plug-in; one requester at a time.
     *
     * @param called name of the callback
     * @param call does nothing but call the plug-in, on data of the line's own
     * @param deadlineNs how long to wait for it
     * @return OK, THREW, LATE or UNUSABLE
     */
    int run(String called, Runnable call, long deadlineNs) {
        if (ended || !STATE.compareAndSet(this, IDLE, POSTED)) {
            return UNUSABLE;
        }
        callback = called;
        fault = null;
        body = call;
        if (inline) {
            perform();
        } else {
            wake();
            int missed = missed(deadlineNs);
            if (missed != OK) {
                return missed;
            }
        }
        int result = fault == null ? OK : THREW;
        state = IDLE;
        return result;
    }

    private void wake() {
        Actor mine = actor;
        if (mine == null) {
            Step step = self -> work();
            actor = environment.actors().start(name, initiator, step);
        } else {
            mine.wake();
        }
    }

    /**
     * Waits for the callback's return. A line that ends before the callback began has nobody who would begin it.
     *
     * @return OK when it returned, LATE or UNUSABLE
     */
    private int missed(long deadlineNs) {
        while (state != FINISHED) {
            boolean answered = waited(deadlineNs);
            if (ended && STATE.compareAndSet(this, POSTED, IDLE)) {
                body = null;
                return UNUSABLE;
            }
            if (!answered && givenUp()) {
                return LATE;
            }
        }
        return OK;
    }

    private boolean waited(long deadlineNs) {
        for (int turn = 0; turn < PATIENCE / 2; turn++) {
            if (state == FINISHED) {
                return true;
            }
            environment.actors().pause(turn);
        }
        return environment.actors().await(answered, deadlineNs);
    }

    private boolean answered() {
        return state == FINISHED || ended && state == POSTED;
    }

    /** The last race with the callback's return: it may be through just now. */
    private boolean givenUp() {
        if (STATE.compareAndSet(this, POSTED, IDLE)) {
            body = null;
            return true;
        }
        return STATE.compareAndSet(this, RUNNING, LEFT);
    }

    private Step.Progress work() {
        if (state == POSTED) {
            perform();
            environment.actors().signal();
        }
        return ended ? Step.Progress.DONE : Step.Progress.IDLE;
    }

    private void perform() {
        if (!STATE.compareAndSet(this, POSTED, RUNNING)) {
            return;
        }
        Runnable call = body;
        body = null;
        boolean timed = guard.call() && !inline;
        long start = timed ? environment.clock().nowNs() : 0;
        slot.enter(callback);
        try {
            if (!ended && call != null) {
                call.run();
            }
        } catch (Throwable thrown) {
            fault = Fault.thrown(callback, thrown);
        } finally {
            slot.exit();
        }
        if (timed) {
            guard.counters().timed(environment.clock().nowNs() - start);
        }
        Fault thrown = fault;
        if (!STATE.compareAndSet(this, RUNNING, FINISHED)) {
            state = IDLE;
        }
        if (thrown != null) {
            guard.thrown(thrown);
        }
    }

    /** {@return whether a callback that its requester left behind is still running} */
    boolean busy() {
        return state != IDLE;
    }

    /** Lets no further call begin. */
    void close() {
        ended = true;
    }

    /** {@return whether no call is inside the plug-in}; meant for after {@link #close} */
    boolean drained() {
        return slot.outside();
    }

    /** {@return what the callback that is running is guilty of when it does not return} */
    Fault stall(long ns) {
        String in = slot.callback();
        String stack = slot.interrupt();
        return new Fault(ExitRecord.STALL, in, in + "() did not return within " + ns / 1_000_000 + " ms", stack);
    }

    /** Ends the line's actor. @return whether it ended within the time; if not, it was interrupted and left */
    boolean end(long deadlineNs) {
        ended = true;
        Actor mine = actor;
        if (mine == null || inline) {
            return true;
        }
        mine.stop();
        if (environment.actors().await(mine::done, deadlineNs)) {
            return true;
        }
        slot.interrupt();
        guard.counters().abandoned.increment();
        return false;
    }
}

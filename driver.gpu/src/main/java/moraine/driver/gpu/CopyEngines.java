package moraine.driver.gpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.host.DriverContext;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/*
 * Maintainer's notes
 * ==================
 * A batch goes through one engine that its caller drives, and others that it hires while it is long enough and they are
 * free; those are actors. All of them take pieces of the batch until none is left (Copying). Words of state:
 *
 *   FREE -> HELD                      the caller takes an engine for itself; -> FREE at the end of the batch
 *   FREE -> HELD -> offer of engine i the caller with engine i hires another and wakes its actor
 *   offer of engine i -> FREE         that caller takes the offer back, for nothing is left to do
 *   offer of engine i -> HELD         the actor takes it; -> FREE when it finds no piece, or a caller finds no engine
 *
 * Only the caller with engine i makes and takes back offers of i, so an offer that it finds is its own. It returns when
 * each engine that it hired gave its offer back or has left its batch. An actor that is late thus costs nothing, and
 * nobody waits for an engine with another in hand.
 *
 * In virtual time nobody runs beside the caller, which moves everything; the host charges for engines side by side.
 */

/**
 * The engines that move bytes between frames. Engines with an even number prefer what comes to the device, the others
 * what leaves it, so that eviction does not queue behind what it makes room for; an engine that is free takes either.
 */
final class CopyEngines {
    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int OFFER = 2;
    /** Pages for which waking another engine pays. */
    private static final long PAGES_EACH = 64;

    private final AtomicIntegerArray states;
    private final Copying[] copyings;
    private final @Nullable Actor[] helpers;
    /** Callers that found no engine. */
    private final AtomicInteger waiting = new AtomicInteger();

    private final int node;
    private final Actors actors;
    private final Upcalls upcalls;
    private volatile boolean closed;

    CopyEngines(int engines, int node, Actors actors, Upcalls upcalls) {
        states = new AtomicIntegerArray(engines);
        copyings = new Copying[engines];
        for (int engine = 0; engine < engines; engine++) {
            copyings[engine] = new Copying();
        }
        helpers = new @Nullable Actor[engines];
        this.node = node;
        this.actors = actors;
        this.upcalls = upcalls;
    }

    /** Starts an actor for each engine, unless there is one only, or nobody runs beside a caller. */
    void start(DriverContext context) {
        for (int engine = 0; helpers.length > 1 && !context.clock().virtual() && engine < helpers.length; engine++) {
            int mine = engine;
            helpers[engine] = actors.start(context.device() + "-copy" + engine, node, _ -> step(mine));
        }
    }

    /** Ends the actors; callers go on alone. */
    void close() {
        closed = true;
        for (Actor helper : helpers) {
            if (helper != null) {
                helper.wake();
            }
        }
    }

    private Step.Progress step(int engine) {
        int state = states.get(engine);
        if (state >= OFFER && states.compareAndSet(engine, state, HELD)) {
            Copying copying = copyings[state - OFFER];
            try {
                count(copying.help(waiting));
            } finally {
                states.set(engine, FREE);
                copying.leave();
            }
        }
        return closed ? Step.Progress.DONE : Step.Progress.IDLE;
    }

    /** Moves all runs of a batch; waits for an engine first. Any thread. */
    void copy(CopyBatch batch) {
        boolean leaves = batch.sourceNode() == node;
        int engine = take(leaves);
        Copying copying = copyings[engine];
        try {
            long pages = copying.begin(batch);
            work(engine, copying, hire(engine, pages / PAGES_EACH));
            upcalls.count(leaves ? Tally.PAGES_OUT : Tally.PAGES_IN, pages);
            upcalls.count(Tally.COPIES, 1);
        } finally {
            states.set(engine, FREE);
        }
    }

    private void work(int engine, Copying copying, int hired) {
        try {
            count(copying.work());
        } finally {
            await(engine, hired);
            copying.end();
        }
    }

    private void count(int failures) {
        if (failures > 0) {
            upcalls.count(Tally.COPY_FAILURES, failures);
        }
    }

    /** Offers a batch to others that are free. @return bits of those */
    private int hire(int engine, long most) {
        int hired = 0;
        long left = most;
        for (int other = 0; other < helpers.length && left > 0 && !closed; other++) {
            Actor helper = helpers[other];
            if (helper != null && states.get(other) == FREE && states.compareAndSet(other, FREE, OFFER + engine)) {
                hired |= 1 << other;
                left--;
                helper.wake();
            }
        }
        return hired;
    }

    /** Takes back what was offered, and waits for those that took it. */
    private void await(int engine, int hired) {
        int taken = 0;
        for (int others = hired; others != 0; others &= others - 1) {
            int other = Integer.numberOfTrailingZeros(others);
            if (!states.compareAndSet(other, OFFER + engine, FREE)) {
                taken++;
            }
        }
        for (int turn = 0; copyings[engine].left() < taken; turn++) {
            actors.pause(turn);
        }
    }

    private int take(boolean leaves) {
        int engine = tryTake(leaves);
        if (engine >= 0) {
            return engine;
        }
        upcalls.count(Tally.COPY_WAITS, 1);
        waiting.incrementAndGet();
        try {
            for (int turn = 0; engine < 0; turn++) {
                actors.pause(turn);
                engine = tryTake(leaves);
            }
        } finally {
            waiting.decrementAndGet();
        }
        return engine;
    }

    private int tryTake(boolean leaves) {
        int preferred = tryTake(leaves ? 1 : 0);
        return preferred < 0 ? tryTake(leaves ? 0 : 1) : preferred;
    }

    private int tryTake(int first) {
        for (int engine = first; engine < states.length(); engine += 2) {
            if (states.get(engine) == FREE && states.compareAndSet(engine, FREE, HELD)) {
                return engine;
            }
        }
        return -1;
    }
}

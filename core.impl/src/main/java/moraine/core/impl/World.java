package moraine.core.impl;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Actors;
import moraine.core.impl.access.Fences;

/**
 * Stops every change to memory, so that the checker sees one state; or keeps out those who are changing nothing, so
 * that what is theirs can be used.
 *
 * <p>Protocol: an agent marks itself busy, fences lightly, and goes on unless a gate is shut. Whoever shuts one fences
 * heavily; then an agent that is not busy stays so until it is opened. The checker waits until nobody is busy:
 * operations under way run to their end, for they wait for nothing that has not begun. A visitor of idle agents waits
 * for nobody but another visitor, so it may be within an operation.
 */
public final class World {
    private final List<Agent> agents = new CopyOnWriteArrayList<>();
    private final AtomicLongArray retired = new AtomicLongArray(Stat.values().length);
    private final ReentrantLock stopper = new ReentrantLock();
    private final Actors actors;
    private final ReentrantLock visitor = new ReentrantLock();
    /** Gates shut now: by the checker, by a visitor, by the end. */
    private final AtomicInteger gates = new AtomicInteger();

    private volatile boolean ended;

    World(Actors actors) {
        this.actors = actors;
    }

    void add(Agent agent) {
        agents.add(agent);
    }

    void retire(Agent agent) {
        agents.remove(agent);
        for (Stat stat : Stat.values()) {
            retired.addAndGet(stat.ordinal(), agent.counted(stat));
        }
    }

    long total(Stat stat) {
        long sum = retired.get(stat.ordinal());
        for (Agent agent : agents) {
            sum += agent.counted(stat);
        }
        return sum;
    }

    /** Begins an operation that changes memory; nests. */
    public void enter(Agent agent) {
        if (agent.nest(1) > 1) {
            return;
        }
        for (int turn = 0; ; turn++) {
            agent.busy(1);
            Fences.light();
            if (gates.get() == 0) {
                return;
            }
            agent.busy(0);
            if (ended) {
                agent.nest(-1);
                throw MoraineException.caller(Errno.EBADF, "the machine is closed; make another");
            }
            actors.pause(turn);
        }
    }

    /** Ends the operation. */
    public void exit(Agent agent) {
        if (agent.nest(-1) == 0) {
            agent.busy(0);
        }
    }

    /** Runs something while no operation is under way. Must not be called from within one. */
    public void whileStopped(Runnable body) {
        stopper.lock();
        try {
            gates.incrementAndGet();
            Fences.heavy();
            for (Agent agent : agents) {
                for (int turn = 0; agent.isBusy(); turn++) {
                    actors.pause(turn);
                }
            }
            body.run();
        } finally {
            gates.decrementAndGet();
            stopper.unlock();
        }
    }

    /** Does something to each agent that is at no operation, and lets none begin one meanwhile. */
    void visitIdle(Consumer<Agent> visit) {
        visitor.lock();
        gates.incrementAndGet();
        try {
            Fences.heavy();
            for (Agent agent : agents) {
                if (!agent.isBusy()) {
                    visit.accept(agent);
                }
            }
        } finally {
            gates.decrementAndGet();
            visitor.unlock();
        }
    }

    /** Waits for what is under way and refuses everything after: frames may be given back to the system. */
    void end() {
        whileStopped(() -> {
            ended = true;
            gates.incrementAndGet();
        });
    }
}

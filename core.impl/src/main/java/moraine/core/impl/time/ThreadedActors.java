package moraine.core.impl.time;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Step;
import moraine.core.api.time.Threads;

/** Actors as threads. Waiters register before they look at their condition, so that no signal is lost. */
final class ThreadedActors implements Actors {
    private static final int SPINS = 64;
    private static final int YIELDS = 128;
    private static final long FIRST_PARK_NS = 1_000;
    private static final int LAST_DOUBLING = 6;

    private final Threads threads;
    private final Queue<Thread> waiters = new ConcurrentLinkedQueue<>();

    ThreadedActors(Threads threads) {
        this.threads = threads;
    }

    @Override
    public Actor start(String name, int initiator, Step step) {
        var actor = new ThreadedActor(Objects.requireNonNull(name), Objects.requireNonNull(step), threads, this);
        threads.start(name, actor);
        return actor;
    }

    /** Keeps waiting when the thread is interrupted, and leaves the thread interrupted. */
    @Override
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        if (condition.getAsBoolean()) {
            return true;
        }
        Thread self = Thread.currentThread();
        boolean interrupted = false;
        waiters.add(self);
        try {
            long start = threads.nowNs();
            while (!condition.getAsBoolean()) {
                long left = timeoutNs - (threads.nowNs() - start);
                if (left <= 0) {
                    return condition.getAsBoolean();
                }
                threads.parkNs(left);
                interrupted |= Thread.interrupted();
            }
            return true;
        } finally {
            waiters.remove(self);
            if (interrupted) {
                self.interrupt();
            }
        }
    }

    @Override
    public void signal() {
        for (Thread waiter : waiters) {
            LockSupport.unpark(waiter);
        }
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // a turn in which others may run, nothing rests on it
    public void pause(int turn) {
        if (turn < SPINS) {
            Thread.onSpinWait();
        } else if (turn < YIELDS) {
            Thread.yield();
        } else {
            threads.parkNs(FIRST_PARK_NS << Math.min(turn - YIELDS, LAST_DOUBLING));
        }
    }
}

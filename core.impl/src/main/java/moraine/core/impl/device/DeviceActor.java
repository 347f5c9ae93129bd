package moraine.core.impl.device;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.host.Waits;

/**
 * The host actor of one device: tasks first, then faults, then access counters, one piece a step. All callbacks into
 * the driver but copies and invalidations are made here.
 */
final class DeviceActor {
    /** What the actor does besides tasks. */
    interface Work {
        /** Serves a batch of faults. @return whether there may be more */
        boolean serveFaults();

        void serveCounters();
    }

    private final Environment environment;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean faults = new AtomicBoolean();
    private final AtomicBoolean counters = new AtomicBoolean();
    private final Work work;
    private final Actor actor;
    private volatile boolean ended;

    DeviceActor(Environment environment, String name, int initiator, Work work) {
        this.environment = environment;
        this.work = work;
        this.actor = environment.actors().start(name, initiator, _ -> step());
    }

    private Step.Progress step() {
        if (ended) {
            return Step.Progress.DONE;
        }
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
            environment.actors().signal();
            return Step.Progress.MORE;
        }
        if (faults.getAndSet(false)) {
            if (work.serveFaults()) {
                faults.set(true);
            }
            return Step.Progress.MORE;
        }
        if (counters.getAndSet(false)) {
            work.serveCounters();
            return Step.Progress.MORE;
        }
        return Step.Progress.IDLE;
    }

    void raiseFaults() {
        if (!faults.getAndSet(true)) {
            actor.wake();
        }
    }

    void raiseCounters() {
        if (!counters.getAndSet(true)) {
            actor.wake();
        }
    }

    /** Queues a task; returns at once. */
    void post(Runnable task) {
        tasks.add(task);
        actor.wake();
    }

    /**
     * Runs a task on the actor and waits for it; in virtual time, where no step can wait for another, right here.
     *
     * @return whether it ran within the time
     */
    boolean execute(Runnable task, long deadlineNs) {
        if (environment.clock().virtual()) {
            task.run();
            return true;
        }
        var ran = new AtomicBoolean();
        post(() -> {
            task.run();
            ran.set(true);
        });
        return Waits.until(environment, ran::get, deadlineNs);
    }

    /** Ends the actor. @return whether it ended within the time */
    boolean end(long deadlineNs) {
        ended = true;
        tasks.clear();
        actor.stop();
        return environment.clock().virtual() || Waits.until(environment, actor::done, deadlineNs);
    }
}

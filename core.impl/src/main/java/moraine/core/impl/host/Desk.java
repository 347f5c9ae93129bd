package moraine.core.impl.host;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;

/** The host's own actor: does one after another what others must not wait for. */
public final class Desk {
    private static final System.Logger LOG = System.getLogger(Desk.class.getName());

    private final Environment environment;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Actor actor;

    /** @param initiator node whose processors it uses */
    public Desk(Environment environment, String name, int initiator) {
        this.environment = environment;
        this.actor = environment.actors().start(name, initiator, _ -> step());
    }

    /** Queues a task; returns at once. */
    public void post(Runnable task) {
        tasks.add(task);
        actor.wake();
    }

    private Step.Progress step() {
        Runnable task = tasks.poll();
        if (task == null) {
            return Step.Progress.IDLE;
        }
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a task of " + actor.name() + " failed", e);
        }
        return Step.Progress.MORE;
    }

    /** Ends the actor; tasks that are queued are dropped. */
    public void close() {
        tasks.clear();
        actor.stop();
        Waits.until(environment, actor::done, 1_000_000_000L);
    }
}

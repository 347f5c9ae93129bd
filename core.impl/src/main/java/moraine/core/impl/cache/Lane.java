package moraine.core.impl.cache;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What is to be done one after another with one file, or area; at most one thread is at it. */
public final class Lane {
    private static final System.Logger LOG = System.getLogger(Lane.class.getName());

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean queued = new AtomicBoolean();
    private volatile @Nullable Thread runner;

    /** Adds a task. @return whether the lane is to be queued for a thread now */
    boolean add(Runnable task) {
        tasks.add(task);
        return queued.compareAndSet(false, true);
    }

    /** {@return whether the calling thread is at it} */
    boolean mine() {
        return runner == Thread.currentThread();
    }

    /** {@return whether no other thread is at it} */
    boolean free() {
        return runner == null || mine();
    }

    /** Does one task. @return whether the lane is to be queued again */
    boolean runOne() {
        Runnable task = tasks.poll();
        if (task != null) {
            run(task);
        }
        if (!tasks.isEmpty()) {
            return true;
        }
        queued.set(false);
        return !tasks.isEmpty() && queued.compareAndSet(false, true);
    }

    private void run(Runnable task) {
        runner = Thread.currentThread();
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a task of a file failed", e);
        } finally {
            runner = null;
        }
    }
}

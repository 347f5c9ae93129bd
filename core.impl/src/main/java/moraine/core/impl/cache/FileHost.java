package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Environment;
import moraine.core.impl.host.Desk;
import org.jspecify.annotations.Nullable;

/**
 * The host's thread for files: all input and output happens there, one after another, so that an application's thread
 * that is interrupted closes no file. In virtual time, and once the machine is closing, the caller does it itself.
 */
public final class FileHost {
    private final Environment environment;
    private final int node;
    private final long deadlineNs;
    private final String name;
    private @Nullable Desk desk;
    private @Nullable Thread thread;
    private boolean closed;

    /** Reads or writes. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;
    }

    /**
     * Makes the way to the files of a machine.
     *
     * @param node whose processors the thread uses
     * @param deadlineNs how long a caller waits for the system
     */
    FileHost(Environment environment, int node, long deadlineNs) {
        this(environment, node, deadlineNs, "moraine-files");
    }

    /** @param name of the thread */
    public FileHost(Environment environment, int node, long deadlineNs, String name) {
        this.name = name;
        this.environment = environment;
        this.node = node;
        this.deadlineNs = deadlineNs;
    }

    /**
     * Does something with a file and waits for it. What it works on must be left alone when this throws: it may still
     * be under way.
     *
     * @param doing for people: read, write, ...
     * @throws MoraineException EIO with the system's words
     */
    public void run(String doing, Path path, Work work) {
        Desk host = desk();
        var outcome = new AtomicReference<@Nullable Object>();
        if (host == null) {
            attempt(work, outcome);
        } else {
            host.post(() -> {
                attempt(work, outcome);
                environment.actors().signal();
            });
            environment.actors().await(() -> outcome.get() != null, deadlineNs);
        }
        Object result = outcome.get();
        if (result instanceof Throwable cause) {
            throw new MoraineException(Errno.EIO, Blame.RESOURCES, message(doing, path, words(cause)), cause);
        }
        if (result == null) {
            String late = "no answer from the system within " + deadlineNs / 1_000_000 + " ms";
            throw new MoraineException(Errno.EIO, Blame.RESOURCES, message(doing, path, late));
        }
    }

    private static String words(Throwable cause) {
        String message = cause.getMessage();
        return cause instanceof IOException && message != null ? message : cause.toString();
    }

    private static void attempt(Work work, AtomicReference<@Nullable Object> outcome) {
        try {
            work.run();
            outcome.set(true);
        } catch (IOException | RuntimeException e) {
            outcome.set(e);
        }
    }

    private static String message(String doing, Path path, String what) {
        return "cannot " + doing + " " + path + ": " + what;
    }

    /** Does something later, where it may wait for files; in virtual time at once. */
    void post(Runnable task) {
        Desk host = desk();
        if (host == null) {
            task.run();
        } else {
            host.post(task);
        }
    }

    /** {@return the thread's desk, or null when the caller is to do it itself} */
    private synchronized @Nullable Desk desk() {
        if (closed || environment.clock().virtual() || Thread.currentThread() == thread) {
            return null;
        }
        if (desk == null) {
            desk = new Desk(environment, name, node);
            desk.post(this::remember);
        }
        return desk;
    }

    private synchronized void remember() {
        thread = Thread.currentThread();
    }

    /** Ends the thread. */
    public void close() {
        Desk host;
        synchronized (this) {
            closed = true;
            host = desk;
        }
        if (host != null) {
            host.close();
        }
    }
}

package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.host.Waits;
import org.jspecify.annotations.Nullable;

/**
 * The host's threads for files: all input and output happens there, for each file one read and one change at a time, so
 * that an application's thread that is interrupted closes no file, and a file that does not answer holds up two threads
 * at most and no other file. In virtual time, and once the machine is closing, the caller does it itself.
 */
public final class FileHost {
    private static final long END_NS = 1_000_000_000L;

    private final Environment environment;
    private final int node;
    private final long deadlineNs;
    private final int most;
    private final String name;
    private final Queue<Lane> ready = new ConcurrentLinkedQueue<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final List<Actor> actors = new ArrayList<>();
    private volatile boolean closed;

    /** Reads or writes. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;

        /** It was not begun in time and never will be: told in place of {@link #run}. */
        default void givenUp() {
            // nothing was taken for it
        }
    }

    /** Work that somebody waits for. */
    private static final class Request {
        private static final int WAITING = 0;
        private static final int BEGUN = 1;
        private static final int GIVEN_UP = 2;
        private final Work work;
        private final AtomicInteger state = new AtomicInteger(WAITING);
        private volatile @Nullable Object outcome;

        Request(Work work) {
            this.work = work;
        }

        /** Does it unless it was given up. */
        void run() {
            if (!state.compareAndSet(WAITING, BEGUN)) {
                return;
            }
            try {
                work.run();
                outcome = true;
            } catch (IOException | RuntimeException e) {
                outcome = e;
            }
        }

        boolean ended() {
            return outcome != null;
        }

        /** Lets it never begin, if it has not. */
        void giveUp() {
            if (state.compareAndSet(WAITING, GIVEN_UP)) {
                work.givenUp();
            }
        }
    }

    /**
     * Makes the way to the files of a machine.
     *
     * @param node whose processors the threads use
     * @param deadlineNs how long a caller waits for the system
     * @param most threads
     * @param name of each, before its number
     */
    public FileHost(Environment environment, int node, long deadlineNs, int most, String name) {
        this.environment = environment;
        this.node = node;
        this.deadlineNs = deadlineNs;
        this.most = most;
        this.name = name;
    }

    /**
     * Does something with a file and waits for it. What it works on must be left alone when this throws: it may still
     * be under way. What was not begun until then never is, for later changes of the file may come before it.
     *
     * @param doing for people: write, truncate, ...
     * @throws MoraineException EIO with the system's words
     */
    void run(String doing, FileObject file, Work work) {
        run(doing, file.path(), file.writing, work);
    }

    /** As {@link #run}, beside what changes the file. */
    void read(FileObject file, Work work) {
        run("read", file.path(), file.reading, work);
    }

    /** As {@link #run}, on a lane of the caller's. */
    public void run(String doing, Path path, Lane lane, Work work) {
        var request = new Request(work);
        if (inline(lane)) {
            awaitFree(doing, path, lane);
            request.run();
        } else {
            queue(lane, () -> {
                request.run();
                environment.actors().signal();
            });
            if (!environment.actors().await(request::ended, deadlineNs)) {
                request.giveUp();
            }
        }
        Object result = request.outcome;
        if (result instanceof Throwable cause) {
            throw new MoraineException(Errno.EIO, Blame.RESOURCES, message(doing, path, words(cause)), cause);
        }
        if (result == null) {
            throw late(doing, path);
        }
    }

    /** Waits for a thread that has not ended with the others, for the system does not answer it. */
    private void awaitFree(String doing, Path path, Lane lane) {
        if (!lane.free() && !environment.actors().await(lane::free, deadlineNs)) {
            throw late(doing, path);
        }
    }

    /** {@return what is said when the system did not answer in time} */
    MoraineException late(String doing, Path path) {
        String late = "no answer from the system within " + deadlineNs / 1_000_000 + " ms";
        return new MoraineException(Errno.EIO, Blame.RESOURCES, message(doing, path, late));
    }

    private static String words(Throwable cause) {
        String message = cause.getMessage();
        return cause instanceof IOException && message != null ? message : cause.toString();
    }

    private static String message(String doing, Path path, String what) {
        return "cannot " + doing + " " + path + ": " + what;
    }

    /** Does something later, where it may wait for what the lane is for; in virtual time at once. */
    void post(Lane lane, Runnable task) {
        if (closed || environment.clock().virtual()) {
            task.run();
        } else {
            queue(lane, task);
        }
    }

    private boolean inline(Lane lane) {
        return closed || environment.clock().virtual() || lane.mine();
    }

    private void queue(Lane lane, Runnable task) {
        if (lane.add(task)) {
            ready.add(lane);
            wake();
        }
    }

    /** Makes a thread come: one that is idle, or another one. */
    private synchronized void wake() {
        if (!closed && actors.size() < most && busy.get() >= actors.size()) {
            actors.add(environment.actors().start(name + "-" + actors.size(), node, _ -> step()));
        }
        actors.forEach(Actor::wake);
    }

    private Step.Progress step() {
        Lane lane = ready.poll();
        if (lane == null) {
            return Step.Progress.IDLE;
        }
        busy.incrementAndGet();
        if (!ready.isEmpty()) {
            wake();
        }
        try {
            if (lane.runOne()) {
                ready.add(lane);
            }
        } finally {
            busy.decrementAndGet();
            if (closed) {
                environment.actors().signal();
            }
        }
        return Step.Progress.MORE;
    }

    /** Ends the threads, and does what they have not begun. */
    public void close() {
        List<Actor> ending;
        synchronized (this) {
            closed = true;
            ending = List.copyOf(actors);
        }
        ending.forEach(Actor::stop);
        ending.forEach(actor -> Waits.until(environment, actor::done, END_NS));
        for (Lane lane = ready.poll(); lane != null; lane = ready.poll()) {
            boolean more = true;
            while (more) {
                more = lane.runOne();
            }
        }
    }
}

package moraine.core.impl.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/** Moves that policies asked for: a bounded queue, served by one actor in pieces of at most 2 MiB. */
final class Moves {
    private static final int QUEUED = 1024;

    private record Entry(PolicyInstance from, MoveRequest request, int mover) {}

    private final Environment environment;
    private final PolicyMoves moves;
    private final Supplier<@Nullable PolicyInstance> active;
    private final HostCounters counters;
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final Actor actor;

    Moves(
            Environment environment,
            int initiator,
            PolicyMoves moves,
            Supplier<@Nullable PolicyInstance> active,
            HostCounters counters) {
        this.environment = environment;
        this.moves = moves;
        this.active = active;
        this.counters = counters;
        this.actor = environment.actors().start("moraine-moves", initiator, _ -> step());
    }

    /** Queues a request, or drops and counts it when there are too many. */
    void add(PolicyInstance from, MoveRequest request, int mover) {
        synchronized (queue) {
            if (queue.size() >= QUEUED) {
                counters.dropped.increment();
                return;
            }
            queue.addLast(new Entry(from, request, mover));
        }
        actor.wake();
    }

    /** Passes on what was not asked for. */
    void lack(int space, long pages, int node) {
        moves.lack(space, pages, node);
    }

    private Step.Progress step() {
        Entry entry;
        synchronized (queue) {
            entry = queue.pollFirst();
        }
        if (entry == null) {
            return Step.Progress.IDLE;
        }
        if (active.get() == entry.from) {
            serve(entry);
        }
        return Step.Progress.MORE;
    }

    private void serve(Entry entry) {
        MoveRequest request = entry.request;
        moves.move(
                request.space(), request.address(), request.pieceBytes(), request.node(), request.cause(), entry.mover);
        if (!request.last()) {
            synchronized (queue) {
                queue.addFirst(new Entry(entry.from, request.rest(), entry.mover));
            }
        }
    }

    void close() {
        synchronized (queue) {
            queue.clear();
        }
        actor.stop();
        Waits.until(environment, actor::done, 1_000_000_000L);
    }
}

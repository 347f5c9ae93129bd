package moraine.driver.gpu;

import java.util.concurrent.atomic.AtomicIntegerArray;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.time.Actors;

/**
 * The engines that move bytes between frames, one batch at a time each. Engines with an even number prefer what comes
 * to the device, the others what leaves it, so that eviction does not queue behind what it makes room for; an engine
 * that is free takes either.
 */
final class CopyEngines {
    private final AtomicIntegerArray busy;
    private final int node;
    private final Actors actors;
    private final Upcalls upcalls;

    CopyEngines(int engines, int node, Actors actors, Upcalls upcalls) {
        busy = new AtomicIntegerArray(engines);
        this.node = node;
        this.actors = actors;
        this.upcalls = upcalls;
    }

    /** Moves all runs of a batch; waits for an engine first. Any thread. */
    void copy(CopyBatch batch) {
        boolean leaves = batch.sourceNode() == node;
        int engine = take(leaves);
        try {
            long pages = 0;
            for (int run = 0; run < batch.runs(); run++) {
                batch.move(run);
                pages += batch.pages(run);
            }
            upcalls.count(leaves ? Tally.PAGES_OUT : Tally.PAGES_IN, pages);
            upcalls.count(Tally.COPIES, 1);
        } finally {
            busy.set(engine, 0);
        }
    }

    private int take(boolean leaves) {
        int engine = tryTake(leaves);
        if (engine < 0) {
            upcalls.count(Tally.COPY_WAITS, 1);
        }
        for (int turn = 0; engine < 0; turn++) {
            actors.pause(turn);
            engine = tryTake(leaves);
        }
        return engine;
    }

    private int tryTake(boolean leaves) {
        int preferred = tryTake(leaves ? 1 : 0);
        return preferred < 0 ? tryTake(leaves ? 0 : 1) : preferred;
    }

    private int tryTake(int first) {
        for (int engine = first; engine < busy.length(); engine += 2) {
            if (busy.get(engine) == 0 && busy.compareAndSet(engine, 0, 1)) {
                return engine;
            }
        }
        return -1;
    }
}

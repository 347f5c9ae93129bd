package moraine.driver.gpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The launches of a device: those with blocks to start, all that live, and those that ended. Guarded by the scheduler.
 */
final class Launches {
    private final ArrayDeque<Grid> waiting = new ArrayDeque<>();
    private final List<Grid> live = new ArrayList<>();
    private final ArrayDeque<Grid> ended = new ArrayDeque<>();

    void add(Grid grid) {
        live.add(grid);
    }

    /** Its blocks may start. */
    void await(Grid grid) {
        waiting.add(grid);
    }

    boolean anyWaiting() {
        return !waiting.isEmpty();
    }

    /** {@return whether the launch whose turn it is has no resident block} */
    boolean nextIsIdle() {
        Grid next = waiting.peek();
        return next != null && next.idle();
    }

    /** Starts a block of the launch whose turn it is, in a free slot. */
    void start(ResidentBlock slot) {
        Grid grid = waiting.poll();
        if (grid != null) {
            slot.become(grid, grid.start());
            if (!grid.allStarted()) {
                waiting.add(grid);
            }
        }
    }

    /** None of its blocks will start any more. */
    void forgo(Grid grid) {
        waiting.remove(grid);
    }

    /** {@return a copy of all that live} */
    List<Grid> live() {
        return List.copyOf(live);
    }

    /** Takes it off the living if none of its blocks will run any more. */
    void endIfOver(Grid grid) {
        if (grid.endsNow()) {
            live.remove(grid);
            ended.add(grid);
        }
    }

    /** {@return a launch that ended and whose host is to be told, or null} */
    @Nullable
    Grid pollEnded() {
        return ended.poll();
    }
}

package moraine.driver.gpu;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The slots of a device that wait for no fault: free, ready or running. Guarded by the scheduler. */
final class ResidentSet {
    private final BlockQueue free;
    private final BlockQueue ready;
    private int running;

    /** Blocks that {@link #ready} will have given away when all had their turn since {@link #beginRotation}. */
    private long rotation;

    ResidentSet(int slots) {
        free = new BlockQueue(slots);
        ready = new BlockQueue(slots);
        for (int slot = 0; slot < slots; slot++) {
            free.add(new ResidentBlock());
        }
    }

    int freeSlots() {
        return free.size();
    }

    int readyBlocks() {
        return ready.size();
    }

    @Nullable
    ResidentBlock pollFree() {
        return free.poll();
    }

    @Nullable
    ResidentBlock pollReady() {
        return ready.poll();
    }

    void addFree(ResidentBlock block) {
        free.add(block);
    }

    void addReady(ResidentBlock block) {
        ready.add(block);
    }

    /** A worker runs a block from now on. */
    void begin() {
        running++;
    }

    /** A worker gives its block back. */
    void end() {
        running--;
    }

    /** From now on it counts which of the ready blocks have had their turn. */
    void beginRotation() {
        rotation = ready.added();
    }

    /** {@return whether every block that could run has had its turn} */
    boolean allHadTheirTurn() {
        return ready.isEmpty() ? running == 0 : ready.polled() >= rotation;
    }

    /** Takes a launch's blocks off the ready ones. */
    void dismiss(Grid grid, Consumer<ResidentBlock> taker) {
        ready.take(block -> block.of(grid), taker);
    }
}

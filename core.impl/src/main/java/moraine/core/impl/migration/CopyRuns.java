package moraine.core.impl.migration;

import java.util.Arrays;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.impl.Rooms;

/**
 * Copies of one batch, sorted by source and coalesced into runs, handed to the engines of the device at either end or
 * made by the host.
 *
 * <p>Engines move and decline runs from several threads; each run has words of its own here, and the driver has waited
 * for all of them when it returns.
 */
final class CopyRuns implements CopyBatch {
    private static final int SLOT_BITS = 9;

    private final Rooms rooms;
    private final long[] keys = new long[1 << SLOT_BITS];
    private final long[] sources = new long[1 << SLOT_BITS];
    private final long[] targets = new long[1 << SLOT_BITS];
    private final int[] lengths = new int[1 << SLOT_BITS];
    private final boolean[] declined = new boolean[1 << SLOT_BITS];
    private int keyed;
    private int runs;
    private int sourceNode;
    private int targetNode;
    private int initiator;
    private final Declined refusal;

    /** Told of runs that could not be copied. */
    @FunctionalInterface
    interface Declined {
        /** Frames of the source, from the first until before the last, stay the pages. */
        void leave(long firstPfn, long endPfn);
    }

    CopyRuns(Rooms rooms, Declined refusal) {
        this.rooms = rooms;
        this.refusal = refusal;
    }

    void add(int slot, long sourcePfn) {
        keys[keyed++] = sourcePfn << SLOT_BITS | slot;
    }

    /**
     * Copies everything added since the last call.
     *
     * @param targetOf destination frame by slot
     * @param pagesOf pages by slot
     */
    void flush(int byWhom, long[] targetOf, int[] pagesOf) {
        initiator = byWhom;
        Arrays.sort(keys, 0, keyed);
        for (int i = 0; i < keyed; i++) {
            int slot = (int) keys[i] & (1 << SLOT_BITS) - 1;
            append(keys[i] >>> SLOT_BITS, targetOf[slot], pagesOf[slot]);
        }
        keyed = 0;
        execute();
    }

    private void append(long source, long target, int pages) {
        int from = rooms.frames.node(source);
        int to = rooms.frames.node(target);
        if (runs > 0 && (from != sourceNode || to != targetNode)) {
            execute();
        }
        sourceNode = from;
        targetNode = to;
        int last = runs - 1;
        if (last >= 0 && sources[last] + lengths[last] == source && targets[last] + lengths[last] == target) {
            lengths[last] += pages;
            return;
        }
        sources[runs] = source;
        targets[runs] = target;
        lengths[runs] = pages;
        declined[runs] = false;
        runs++;
    }

    private void execute() {
        if (runs == 0) {
            return;
        }
        DeviceDriver driver = rooms.driver(targetNode);
        if (driver == null) {
            driver = rooms.driver(sourceNode);
        }
        int engines = 1;
        if (driver == null) {
            moveAll();
        } else {
            engines = driver.capabilities().copyEngines();
            driver.copy(this);
        }
        rooms.chargeCopies(initiator, sourceNode, targetNode, engines, lengths, runs);
        for (int run = 0; run < runs; run++) {
            if (declined[run]) {
                refusal.leave(sources[run], sources[run] + lengths[run]);
            }
        }
        runs = 0;
    }

    @Override
    public int sourceNode() {
        return sourceNode;
    }

    @Override
    public int targetNode() {
        return targetNode;
    }

    @Override
    public int runs() {
        return runs;
    }

    @Override
    public long sourcePfn(int run) {
        return sources[run];
    }

    @Override
    public long targetPfn(int run) {
        return targets[run];
    }

    @Override
    public int pages(int run) {
        return lengths[run];
    }

    @Override
    public void move(int run, int first, int pages) {
        rooms.frames.copy(sources[run] + first, targets[run] + first, pages);
    }

    @Override
    public void decline(int run) {
        declined[run] = true;
    }

    /** Memory that fails under a copy throws; the pages of the run are then left alone. */
    @Override
    public void moveAll() {
        for (int run = 0; run < runs; run++) {
            try {
                move(run);
            } catch (RuntimeException | InternalError _) {
                decline(run);
            }
        }
    }
}

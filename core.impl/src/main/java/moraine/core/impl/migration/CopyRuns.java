package moraine.core.impl.migration;

import java.util.Arrays;
import moraine.core.api.driver.CopyBatch;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Cost;
import moraine.core.impl.Rooms;

/**
 * Copies of one batch, sorted by source and coalesced into runs, handed to the engine of the device at either end or
 * made by the host.
 */
final class CopyRuns implements CopyBatch {
    private static final int SLOT_BITS = 9;

    private final Rooms rooms;
    private final long[] keys = new long[1 << SLOT_BITS];
    private final long[] sources = new long[1 << SLOT_BITS];
    private final long[] targets = new long[1 << SLOT_BITS];
    private final int[] lengths = new int[1 << SLOT_BITS];
    private int keyed;
    private int runs;
    private int sourceNode;
    private int targetNode;
    private int initiator;

    CopyRuns(Rooms rooms) {
        this.rooms = rooms;
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
        if (driver == null) {
            moveAll();
        } else {
            driver.copy(this);
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
    public void move(int run) {
        rooms.frames.copy(sources[run], targets[run], lengths[run]);
        rooms.charge(Cost.COPY, initiator, sourceNode, targetNode, (long) lengths[run] * Pages.SIZE);
    }
}

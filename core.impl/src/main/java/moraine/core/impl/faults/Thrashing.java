package moraine.core.impl.faults;

import moraine.core.api.model.Cause;
import moraine.core.impl.frames.History;
import moraine.core.impl.tuning.Tuning;

/**
 * Tells the pages of a working set that is larger than a device: those that left it to make room a few batches ago and
 * are wanted again. They are mapped where they are instead of moved.
 *
 * <p>This is what makes blocks end whose single step needs more pages than the device has. While such pages are seen,
 * faults move single pages only. So a page of a step faults twice at most: it is moved and evicted, then it is mapped
 * where it is and stays so, however many others come and go. A step of <i>k</i> pages needs at most 2<i>k</i> batches
 * in a row, and memory reaches back as far: it doubles with every batch that meets such a page, up to {@link #most}
 * batches, and halves in calm.
 *
 * <p>Counted in batches, not in time, so that a slow machine makes no difference; an eviction is placed among the
 * batches by the clock that stamps pages. Confined to the device's host actor.
 */
final class Thrashing {
    private final int node;
    /** Batches that an eviction is remembered for at least. */
    private final int least;
    /** Batches that an eviction is remembered for at most. */
    private final int most;
    /** When batches began, by their number: a power of two. */
    private final long[] starts;

    private long batch = -1;
    private long lastSeen = Long.MIN_VALUE / 2;
    private int reach;
    private long since;

    Thrashing(int node, Tuning tuning) {
        this.node = node;
        least = tuning.refaultLeastBatches;
        most = tuning.refaultMostBatches;
        starts = new long[Integer.highestOneBit(2 * most - 1)];
        reach = least;
    }

    /** A batch begins. */
    void begin(long nowNs) {
        if (lastSeen == batch) {
            reach = Math.min(2 * reach, most);
        } else if (batch - lastSeen > reach) {
            reach = Math.max(reach / 2, least);
        }
        batch++;
        starts[(int) batch & starts.length - 1] = nowNs;
        long first = Math.max(0, batch - reach + 1);
        since = History.floor(starts[(int) first & starts.length - 1]);
    }

    /** {@return whether a page with such a history left the device lately to make room} */
    boolean evictedLately(long history) {
        boolean lately = History.cause(history) == Cause.EVICTION
                && History.previousNode(history) == node
                && History.sinceNs(history) >= since;
        if (lately) {
            lastSeen = batch;
        }
        return lately;
    }

    /** {@return whether such pages were seen within reach, so that neighbours had better stay where they are} */
    boolean active() {
        return batch - lastSeen < reach;
    }

    /** {@return when the batch began, as pages' histories round it} */
    long batchStartNs() {
        return History.floor(starts[(int) batch & starts.length - 1]);
    }
}

package moraine.core.impl.allocator;

import java.util.Arrays;
import moraine.core.impl.tenants.Tenants;
import moraine.core.impl.tuning.Tuning;

/** Free frames of one zone that one worker holds, and what the worker charged to tenants there. */
final class FrameCache {
    /*
     * Order
     * -----
     * A stack, so that the frame freed last, whose bytes are in the processor's caches, is taken first. A range freed
     * in ascending order would come out descending, which costs zeroing twice the time; so a run of frees is turned
     * round before the next allocation: frames below `settled` are in the order they are to be taken, those above are
     * the run. Each frame is turned once at most, and a run of one costs nothing.
     */
    /** Where a worker may keep fewer from the others, it keeps nothing. */
    private static final int SMALLEST = 32;

    final Zone zone;
    final int limit;
    final int refill;
    final int drain;
    final long[] stack;
    int count;
    private int settled;
    private long[] charges = new long[1];

    FrameCache(Zone zone, Tuning tuning) {
        this.zone = zone;
        int share = (int) Math.min(tuning.workerCacheFrames, zone.pages / tuning.workerShare) & -8;
        limit = share < SMALLEST ? 0 : share;
        refill = limit >> 3;
        drain = limit >> 2;
        stack = new long[limit];
    }

    long pop() {
        if (count > settled + 1) {
            turn();
        }
        count--;
        settled = count;
        return stack[count];
    }

    private void turn() {
        for (int low = settled, high = count - 1; low < high; low++, high--) {
            long pfn = stack[low];
            stack[low] = stack[high];
            stack[high] = pfn;
        }
    }

    void push(long pfn) {
        stack[count++] = pfn;
    }

    /** Fills an empty cache from its zone; {@return whether there is a frame now} */
    boolean fill() {
        int got = zone.takeSome(stack, refill);
        System.arraycopy(stack, refill - got, stack, 0, got);
        count = got;
        settled = got;
        return got > 0;
    }

    /** Gives the frames that were here longest back to the zone. */
    void drain(int n) {
        zone.giveSome(stack, n);
        count -= n;
        System.arraycopy(stack, n, stack, 0, count);
        settled = Math.max(0, settled - n);
    }

    void charge(int tenant, int pages) {
        if (tenant >= charges.length) {
            charges = Arrays.copyOf(charges, Math.max(tenant + 1, 2 * charges.length));
        }
        charges[tenant] += pages;
    }

    long charged(int tenant) {
        long[] now = charges;
        return tenant < now.length ? now[tenant] : 0;
    }

    /** Hands what was charged here to the tenants' own count. */
    void settle(Tenants tenants) {
        for (int tenant = 0; tenant < charges.length; tenant++) {
            tenants.count(tenant, zone.node, charges[tenant]);
            charges[tenant] = 0;
        }
    }
}

package moraine.driver.gpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import moraine.core.api.driver.CounterSink;

/**
 * How often a device went to remote memory, by region of one space. A table with open addressing: workers add without a
 * lock, the host takes regions that reached the threshold. A region that finds its places taken is not counted.
 */
final class AccessCounters {
    private static final int PLACES = 4096;
    private static final int PROBES = 8;

    /** Spreads neighbouring regions over the table. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final int space;
    private final int regionShift;
    private final long threshold;

    /** Number of the region plus one; 0 marks a free place. */
    private final AtomicLongArray regions = new AtomicLongArray(PLACES);

    private final AtomicLongArray accesses = new AtomicLongArray(PLACES);
    private final AtomicBoolean crossed = new AtomicBoolean();

    AccessCounters(int space, long regionBytes, long threshold) {
        this.space = space;
        this.threshold = threshold;
        regionShift = Long.numberOfTrailingZeros(regionBytes);
    }

    /** {@return whether anything is counted at all} */
    boolean counting() {
        return threshold > 0;
    }

    /** Counts remote accesses near an address. @return whether its region reaches the threshold with them */
    boolean add(long address, long count) {
        int place = place((address >>> regionShift) + 1);
        if (place < 0) {
            return false;
        }
        long before = accesses.getAndAdd(place, count);
        boolean reached = before < threshold && before + count >= threshold;
        if (reached) {
            crossed.set(true);
        }
        return reached;
    }

    /** Reports the regions over the threshold and begins them anew. @return how many */
    int drain(CounterSink sink) {
        int reported = 0;
        if (crossed.compareAndSet(true, false)) {
            for (int place = 0; place < PLACES; place++) {
                if (accesses.get(place) >= threshold) {
                    long start = (regions.get(place) - 1) << regionShift;
                    sink.count(space, start, 1L << regionShift, accesses.getAndSet(place, 0));
                    reported++;
                }
            }
        }
        return reported;
    }

    private int place(long region) {
        int first = (int) ((region * GOLDEN) >>> 32);
        for (int probe = 0; probe < PROBES; probe++) {
            int place = (first + probe) & (PLACES - 1);
            long known = regions.get(place);
            if (known == 0) {
                known = regions.compareAndExchange(place, 0, region);
            }
            if (known == 0 || known == region) {
                return place;
            }
        }
        return -1;
    }
}

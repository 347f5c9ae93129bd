package moraine.core.impl.faults;

import java.util.Arrays;
import moraine.core.api.model.Pages;
import moraine.core.impl.tuning.Tuning;

/**
 * Tells the pages that a device and other processors take from each other: NVIDIA UVM's model (uvm_perf_thrashing.c).
 *
 * <p>A device that wants a page back which another processor took, {@link Limits#events} times with at most
 * {@link Limits#lapseNs} between, waits as long before it gets the page, so that the other one comes to use it. After
 * {@link Limits#throttles} such naps the page stays where it is and is mapped from there for {@link Limits#pinNs}; then
 * it may move again. So a page that is fought over moves a bounded number of times in each such span, and a fault is
 * put off for one lapse at most each time the page was lost. Neighbours of such pages are not moved along.
 *
 * <p>Nothing is kept with the page: a table of {@link #SLOTS} pages is found by hash, and one that loses its slot
 * begins anew. Confined to the device's host actor; allocates nothing.
 */
final class PingPong {
    private static final int SLOTS = 4096;
    private static final int BLOCKS = 256;
    private static final long NEVER = Long.MIN_VALUE / 2;
    private static final long HASH = 0x9E3779B97F4A7C15L;

    /**
     * What counts as a fight.
     *
     * @param events losses in a row that make a page thrash
     * @param throttles naps before a page is pinned
     * @param lapseNs nanoseconds between two losses that belong together at most, and the length of a nap
     * @param pinNs nanoseconds that a page is pinned for
     */
    record Limits(int events, int throttles, long lapseNs, long pinNs) {
        static Limits of(Tuning tuning) {
            return new Limits(tuning.thrashLosses, tuning.thrashNaps, tuning.thrashLapseNs, tuning.thrashPinNs);
        }
    }

    /** What to do with a page that is wanted. */
    enum Answer {
        /** Bring it. */
        GO,
        /** Bring it once more; from now on it thrashes. */
        DETECTED,
        /** Leave the fault to a later batch: a nap begins. */
        NAP,
        /** Leave the fault to a later batch: a nap goes on. */
        WAIT,
        /** Map it where it is: it is pinned now. */
        PIN,
        /** Map it where it is. */
        STAY
    }

    private final Limits limits;
    private final long[] pages = new long[SLOTS];
    private final long[] losses = new long[SLOTS];
    private final long[] last = new long[SLOTS];
    private final byte[] events = new byte[SLOTS];
    private final byte[] naps = new byte[SLOTS];
    private final boolean[] napping = new boolean[SLOTS];
    private final long[] blocks = new long[BLOCKS];
    private final long[] calmUntil = new long[BLOCKS];
    private long now;

    PingPong(Limits limits) {
        this.limits = limits;
        Arrays.fill(pages, -1);
        Arrays.fill(blocks, -1);
    }

    /** A batch begins. */
    void begin(long nowNs) {
        now = nowNs;
    }

    /** {@return whether a page of the same 2 MiB was fought over lately, so that neighbours had better stay} */
    boolean fought(int space, long address) {
        long block = key(space, address >>> Pages.LARGE_SHIFT);
        int slot = blockSlot(block);
        return blocks[slot] == block && now < calmUntil[slot];
    }

    /**
     * Decides on a page that another processor took from the device.
     *
     * @param lossNs when it was taken
     */
    Answer lost(int space, long address, long lossNs) {
        long page = key(space, address >>> Pages.SHIFT);
        int slot = (int) (page * HASH >>> 52);
        if (pages[slot] != page) {
            forget(slot, page);
        }
        if (naps[slot] == limits.throttles && now - last[slot] < limits.pinNs) {
            return Answer.STAY;
        }
        if (napping[slot] && now - last[slot] < limits.lapseNs) {
            return Answer.WAIT;
        }
        if (losses[slot] == lossNs) {
            napping[slot] = false;
            last[slot] = now;
            return Answer.GO;
        }
        boolean together = now - last[slot] <= limits.lapseNs;
        if (!together || naps[slot] == limits.throttles) {
            forget(slot, page);
        }
        losses[slot] = lossNs;
        last[slot] = now;
        Answer answer = another(slot);
        calm(space, address, answer);
        return answer;
    }

    private Answer another(int slot) {
        if (events[slot] < limits.events) {
            events[slot]++;
            return events[slot] < limits.events ? Answer.GO : Answer.DETECTED;
        }
        naps[slot]++;
        napping[slot] = naps[slot] < limits.throttles;
        return napping[slot] ? Answer.NAP : Answer.PIN;
    }

    private void calm(int space, long address, Answer answer) {
        if (answer == Answer.GO) {
            return;
        }
        long block = key(space, address >>> Pages.LARGE_SHIFT);
        int slot = blockSlot(block);
        blocks[slot] = block;
        calmUntil[slot] = now + (answer == Answer.PIN ? limits.pinNs : 2 * limits.lapseNs);
    }

    private void forget(int slot, long page) {
        pages[slot] = page;
        losses[slot] = NEVER;
        last[slot] = NEVER;
        events[slot] = 0;
        naps[slot] = 0;
        napping[slot] = false;
    }

    private static long key(int space, long number) {
        return (long) space << 40 ^ number;
    }

    private static int blockSlot(long block) {
        return (int) (block * HASH >>> 56);
    }
}

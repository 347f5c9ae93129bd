package moraine.core.impl.numa;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.HintMarks;

/**
 * Hint faults that wait for a daemon: a bounded queue for many writers and readers, in one array that is made when the
 * first hint is planted.
 *
 * <p>Protocol (D. Vyukov's bounded queue). Each record begins with a number. A writer may fill record {@code at} when
 * its number is {@code at}, takes it by moving {@code tail} on, and gives it {@code at + 1} when it is filled; a reader
 * may empty it then, takes it by moving {@code head} on, and gives it {@code at + size}, its number in the next lap. A
 * writer that finds the number of the lap before gives up: the queue is full. Nobody waits for anybody, and nothing is
 * allocated.
 */
public final class HintRing {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int WORDS = 5;
    private static final int NODE_BITS = 8;
    private static final int NODE_MASK = (1 << NODE_BITS) - 1;

    private final int size;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private volatile long[] words = {};

    /** Told of a fault. */
    @FunctionalInterface
    public interface Reader {
        /**
         * A processor touched a page.
         *
         * @param pfn of the folio's first frame
         * @param identity word 1 of its record: which page of which object
         * @param toucher node of the processor
         * @param mark as {@link HintMarks} had it after the touch
         */
        void fault(long pfn, long identity, int toucher, long mark, long latencyNs);
    }

    /** @param size how many wait at most; a power of two, 2 at least */
    public HintRing(int size) {
        this.size = size;
    }

    /** Makes room for faults. */
    synchronized void open() {
        if (words.length == 0) {
            long[] made = new long[size * WORDS];
            for (int i = 0; i < size; i++) {
                made[i * WORDS] = i;
            }
            words = made;
        }
    }

    private int record(long number) {
        return (int) (number & size - 1) * WORDS;
    }

    /**
     * Tells that a CPU touched a page; what was told of it since its hint was planted is not told again.
     *
     * @param pfn any frame of the folio
     * @return false when it is lost, for there is no room
     */
    public boolean tell(Frames frames, long pfn, int toucher, long nowNs) {
        long first = frames.head(pfn);
        long mark = frames.hintMarks.touch(first, toucher);
        return !HintMarks.planted(mark)
                || put(first << NODE_BITS | toucher, frames.word1(first), mark, HintMarks.latencyNs(mark, nowNs));
    }

    /** Adds a fault. @return whether there was room */
    boolean put(long place, long identity, long mark, long latencyNs) {
        long[] all = words;
        if (all.length == 0) {
            return false;
        }
        while (true) {
            long number = tail.get();
            int at = record(number);
            long lap = (long) WORD.getAcquire(all, at) - number;
            if (lap < 0) {
                return false;
            }
            if (lap == 0 && tail.compareAndSet(number, number + 1)) {
                all[at + 1] = place;
                all[at + 2] = identity;
                all[at + 3] = mark;
                all[at + 4] = latencyNs;
                WORD.setRelease(all, at, number + 1);
                return true;
            }
        }
    }

    /** Takes the oldest fault off, if one waits. @return whether one did */
    public boolean take(Reader reader) {
        long[] all = words;
        while (all.length > 0) {
            long number = head.get();
            int at = record(number);
            long lap = (long) WORD.getAcquire(all, at) - (number + 1);
            if (lap < 0) {
                return false;
            }
            if (lap == 0 && head.compareAndSet(number, number + 1)) {
                long place = all[at + 1];
                long identity = all[at + 2];
                long mark = all[at + 3];
                long latencyNs = all[at + 4];
                WORD.setRelease(all, at, number + size);
                reader.fault(place >>> NODE_BITS, identity, (int) place & NODE_MASK, mark, latencyNs);
                return true;
            }
        }
        return false;
    }
}

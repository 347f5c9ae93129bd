package moraine.driver.gpu;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.driver.CopyBatch;
import org.jspecify.annotations.Nullable;

/** A batch that several engines copy: each takes the next piece until none is left. Used again and again. */
final class Copying {
    /** Pages of a piece: long enough to hide what taking one costs, short enough for engines to end together. */
    static final int PIECE_PAGES = 16;

    /** The next piece: run above, page within the run below. */
    private final AtomicLong next = new AtomicLong();

    /** Engines that have left the batch, but for the one whose batch it is. */
    private final AtomicInteger left = new AtomicInteger();

    private @Nullable CopyBatch batch;

    /** {@return pages of the batch} */
    long begin(CopyBatch of) {
        batch = of;
        left.set(0);
        next.set(0);
        long pages = 0;
        for (int run = 0; run < of.runs(); run++) {
            pages += of.pages(run);
        }
        return pages;
    }

    void end() {
        batch = null;
    }

    void leave() {
        left.incrementAndGet();
    }

    int left() {
        return left.get();
    }

    /** Copies until nothing is left. @return how many pieces failed */
    int work() {
        CopyBatch of = Objects.requireNonNull(batch);
        int failures = 0;
        while (next.get() >>> Integer.SIZE < of.runs()) {
            failures += piece(of) ? 0 : 1;
        }
        return failures;
    }

    /** Copies until nothing is left or a copy waits for an engine. @return how many pieces failed */
    int help(AtomicInteger waiting) {
        CopyBatch of = Objects.requireNonNull(batch);
        int failures = 0;
        while (waiting.get() == 0 && next.get() >>> Integer.SIZE < of.runs()) {
            failures += piece(of) ? 0 : 1;
        }
        return failures;
    }

    /** Takes short runs that follow one another, or a part of a long one, and copies them. */
    private boolean piece(CopyBatch of) {
        long from;
        long to;
        do {
            from = next.get();
            to = after(of, from);
        } while (!next.compareAndSet(from, to));
        boolean right = true;
        int last = (int) (to >>> Integer.SIZE);
        int end = (int) to;
        int first = (int) from;
        for (int run = (int) (from >>> Integer.SIZE); run < last || run == last && first < end; run++) {
            right &= move(of, run, first, (run == last ? end : of.pages(run)) - first);
            first = 0;
        }
        return right;
    }

    /** {@return where the piece that begins there ends} */
    private static long after(CopyBatch of, long from) {
        int run = (int) (from >>> Integer.SIZE);
        int page = (int) from;
        int room = PIECE_PAGES;
        while (run < of.runs() && room > 0) {
            int pages = of.pages(run) - page;
            if (pages > room) {
                return (long) run << Integer.SIZE | page + room;
            }
            room -= pages;
            page = 0;
            run++;
        }
        return (long) run << Integer.SIZE;
    }

    /** A copy that fails leaves its run where it is, and no other. */
    private static boolean move(CopyBatch of, int run, int first, int pages) {
        try {
            of.move(run, first, pages);
            return true;
        } catch (RuntimeException | InternalError _) {
            of.decline(run);
            return false;
        }
    }
}

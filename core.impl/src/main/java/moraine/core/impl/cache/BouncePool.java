package moraine.core.impl.cache;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import moraine.core.api.time.Actors;
import org.jspecify.annotations.Nullable;

/**
 * Pages of RAM of the host's own, through which pages go to a file that storage cannot fetch where they are. There are
 * so many from the beginning and never more, so that writing back needs no memory that it might have to wait for (Linux
 * mempool of the block layer's bounce buffers).
 */
final class BouncePool {
    private final Actors actors;
    private final ByteBuffer memory;
    private final boolean[] taken;
    private final int unit;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private volatile int free;
    private volatile boolean ended;

    /** @param content which says how large a page is in a buffer */
    BouncePool(Actors actors, Content content, int pages) {
        this.actors = actors;
        this.memory = content.staging(pages);
        this.taken = new boolean[pages];
        this.unit = memory.capacity() / pages;
        this.free = pages;
    }

    /** Neighbouring pages of the pool, until they are given back. */
    final class Lease {
        private final int first;
        private final int pages;
        private final ByteBuffer bytes;
        private boolean back;

        private Lease(int first, int pages, ByteBuffer bytes) {
            this.first = first;
            this.pages = pages;
            this.bytes = bytes;
        }

        int pages() {
            return pages;
        }

        ByteBuffer bytes() {
            return bytes;
        }

        /** Gives the pages back; idempotent. Whoever used them last calls it. */
        void giveBack() {
            if (first >= 0 && give(this)) {
                wake();
            }
        }
    }

    /**
     * Takes pages; waits, with no frame held, until there are any. Once the pool has ended everybody gets other memory.
     *
     * @param wanted at most so many, one at least
     * @return as many neighbours as there are, or null after the deadline
     */
    @Nullable
    Lease take(int wanted, long deadlineNs) {
        if (free == 0 && !ended && !actors.await(() -> free > 0 || ended, deadlineNs)) {
            return null;
        }
        Lease lease = takeNow(wanted);
        return lease == null ? take(wanted, deadlineNs) : lease;
    }

    /** As {@link #take}, without waiting. @return null when there are none; see {@link #whenFree} */
    @Nullable
    Lease takeNow(int wanted) {
        Lease lease = tryTake(wanted);
        return lease == null && ended ? new Lease(-1, wanted, ByteBuffer.allocate(wanted * unit)) : lease;
    }

    /** Does something when there are pages again; it must be quick. */
    void whenFree(Runnable task) {
        waiting.add(task);
        if (free > 0 || ended) {
            wake();
        }
    }

    private void wake() {
        actors.signal();
        for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
            task.run();
        }
    }

    private synchronized @Nullable Lease tryTake(int wanted) {
        int first = 0;
        while (first < taken.length && taken[first]) {
            first++;
        }
        int end = first;
        while (end < taken.length && !taken[end] && end - first < wanted) {
            taken[end++] = true;
        }
        free -= end - first;
        return end == first ? null : new Lease(first, end - first, memory.slice(first * unit, (end - first) * unit));
    }

    /** @return whether they were not back yet */
    private synchronized boolean give(Lease lease) {
        if (lease.back) {
            return false;
        }
        lease.back = true;
        for (int i = 0; i < lease.pages; i++) {
            taken[lease.first + i] = false;
        }
        free += lease.pages;
        return true;
    }

    /** {@return pages that nobody has} */
    int free() {
        return free;
    }

    /** Lets nobody wait any more: the machine is closing. */
    void end() {
        ended = true;
        wake();
    }
}

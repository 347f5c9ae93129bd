package moraine.core.impl.cache;

import java.nio.ByteBuffer;
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
            if (first >= 0) {
                give(this);
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
        Lease lease = tryTake(wanted);
        if (lease == null && ended) {
            return new Lease(-1, wanted, ByteBuffer.allocate(wanted * unit));
        }
        return lease == null ? take(wanted, deadlineNs) : lease;
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

    private synchronized void give(Lease lease) {
        if (lease.back) {
            return;
        }
        lease.back = true;
        for (int i = 0; i < lease.pages; i++) {
            taken[lease.first + i] = false;
        }
        free += lease.pages;
        actors.signal();
    }

    /** {@return pages that nobody has} */
    int free() {
        return free;
    }

    /** Lets nobody wait any more: the machine is closing. */
    void end() {
        ended = true;
        actors.signal();
    }
}

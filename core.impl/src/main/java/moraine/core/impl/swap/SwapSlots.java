package moraine.core.impl.swap;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/**
 * The slots of a swap area: who uses each, where its page comes from, and the page's history.
 *
 * <pre>
 *  63                   32 31                    0
 * +-----------------------+-----------------------+
 * |  readers under way    |        users          |
 * +-----------------------+-----------------------+
 * </pre>
 *
 * <p>Protocol. A slot is free when its word is 0. Its users are the entries that name it, and for a while whoever fills
 * it. A reader holds it so that it does not become another page's while it is read; it reads the entry again after
 * that. What a slot remembers is written before any entry names it. No lock; every change is one compare-and-set.
 */
public final class SwapSlots {
    private static final long USER = 1;
    private static final long USERS = 0xffff_ffffL;
    private static final long READER = 1L << 32;

    private final AtomicLongArray words;
    private final long[] histories;
    private final byte[] nodes;
    /** Free slots that nobody has a claim on. */
    private final AtomicInteger free;
    /** Where the search begins, so that pages which leave together lie together; a guess. */
    private volatile int cursor;

    SwapSlots(int count) {
        words = new AtomicLongArray(count);
        histories = new long[count];
        nodes = new byte[count];
        free = new AtomicInteger(count);
    }

    public int total() {
        return words.length();
    }

    public int free() {
        return free.get();
    }

    /** {@return a slot with one user, or -1 when all are in use} */
    int take() {
        if (!claim()) {
            return -1;
        }
        int slot = cursor;
        while (words.get(slot) != 0 || !words.compareAndSet(slot, 0, USER)) {
            slot = slot + 1 == words.length() ? 0 : slot + 1;
        }
        cursor = slot + 1 == words.length() ? 0 : slot + 1;
        return slot;
    }

    /** Claims one of the free slots, so that a search finds one. */
    private boolean claim() {
        int now;
        do {
            now = free.get();
            if (now == 0) {
                return false;
            }
        } while (!free.compareAndSet(now, now - 1));
        return true;
    }

    /** Says what a slot holds; nobody but the caller uses it. */
    void describe(int slot, int node, long history) {
        nodes[slot] = (byte) node;
        histories[slot] = history;
    }

    /** Counts an entry more that names the slot; the caller is, or holds, one of its users. */
    public void add(long slot) {
        long word = words.getAndAdd((int) slot, USER);
        if ((word & USERS) == 0 || (word & USERS) == USERS) {
            throw broken(slot, word, "cannot have another user");
        }
    }

    /** Counts a user less; after the last one the slot is free. */
    public void drop(long slot) {
        change((int) slot, USERS, -USER);
    }

    /** Holds a slot for reading; {@return false when it is free} */
    boolean hold(int slot) {
        long word;
        do {
            word = words.get(slot);
            if ((word & USERS) == 0) {
                return false;
            }
        } while (!words.compareAndSet(slot, word, word + READER));
        return true;
    }

    void letGo(int slot) {
        change(slot, -READER, -READER);
    }

    private void change(int slot, long part, long by) {
        long word = words.getAndAdd(slot, by);
        if ((word & part) == 0) {
            throw broken(slot, word, "has nobody to let it go");
        }
        if (word + by == 0) {
            free.incrementAndGet();
        }
    }

    /** {@return how many entries name the slot} */
    public int users(long slot) {
        return (int) (words.get((int) slot) & USERS);
    }

    /** {@return the node that the slot's page was on} */
    public int node(long slot) {
        return nodes[(int) slot];
    }

    /** {@return the history of the slot's page} */
    public long history(long slot) {
        return histories[(int) slot];
    }

    private static MoraineException broken(long slot, long word, String what) {
        return new MoraineException(
                Errno.EINVAL,
                Blame.INTERNAL,
                "swap slot " + slot + " (users " + (word & USERS) + ", readers " + (word >>> 32) + ") " + what);
    }
}

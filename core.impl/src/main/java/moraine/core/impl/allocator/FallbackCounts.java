package moraine.core.impl.allocator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Pages that came to be elsewhere, or nowhere, because the node that was wanted had no room: counted by tenant, node
 * wanted and node got. One thread adds; others may read meanwhile and find what was there a moment ago.
 */
public final class FallbackCounts {
    /*
     * Pairs of key and count in one array, by open addressing; a key of 0 is a free place. A count is there before its
     * key, and a longer array is filled before it is published. Few combinations of tenant and nodes occur, so it grows
     * seldom.
     */
    /** Stands for the node of a page that came to be nowhere. */
    public static final int NOWHERE = -1;

    private static final int NODE_BITS = 7;
    private static final int NODES = (1 << NODE_BITS) - 1;
    private static final VarHandle SLOT =
            MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();

    private volatile long[] slots = new long[16];
    private int size;

    /** Takes part in a walk over the counts. */
    @FunctionalInterface
    public interface Visitor {
        void count(long key, long pages);
    }

    /** {@return what stands for a combination; {@code got} may be {@link #NOWHERE}} */
    static long key(int tenant, int wanted, int got) {
        return ((long) tenant << NODE_BITS | wanted) << NODE_BITS | got + 2;
    }

    public static int tenant(long key) {
        return (int) (key >>> 2 * NODE_BITS);
    }

    public static int wanted(long key) {
        return (int) (key >>> NODE_BITS) & NODES;
    }

    public static int got(long key) {
        return ((int) key & NODES) - 2;
    }

    public void add(long key, long pages) {
        long[] now = slots;
        int at = place(now, key);
        if (now[at] == key) {
            SLOT.setOpaque(now, at + 1, now[at + 1] + pages);
            return;
        }
        if (4 * (size + 1) > now.length) {
            now = longer(now);
            at = place(now, key);
        }
        size++;
        SLOT.setOpaque(now, at + 1, pages);
        SLOT.setRelease(now, at, key);
        slots = now;
    }

    private static long[] longer(long[] old) {
        long[] next = new long[2 * old.length];
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != 0) {
                int at = place(next, old[i]);
                next[at] = old[i];
                next[at + 1] = old[i + 1];
            }
        }
        return next;
    }

    /** {@return where the key is, or is to be} */
    private static int place(long[] slots, long key) {
        int mask = slots.length - 2;
        int at = (int) (key * 0x9E3779B97F4A7C15L >>> 32) << 1 & mask;
        while (true) {
            long there = (long) SLOT.getAcquire(slots, at);
            if (there == 0 || there == key) {
                return at;
            }
            at = at + 2 & mask;
        }
    }

    /** Sets all counts to 0; by the thread that adds. */
    public void clear() {
        for (int i = 0; i < slots.length; i += 2) {
            SLOT.setOpaque(slots, i + 1, 0L);
        }
    }

    /** {@return pages counted for a key} */
    public long pages(long key) {
        long[] now = slots;
        int at = place(now, key);
        return (long) SLOT.getAcquire(now, at) == key ? (long) SLOT.getOpaque(now, at + 1) : 0;
    }

    public void forEach(Visitor visitor) {
        long[] now = slots;
        for (int i = 0; i < now.length; i += 2) {
            long key = (long) SLOT.getAcquire(now, i);
            if (key != 0) {
                visitor.count(key, (long) SLOT.getOpaque(now, i + 1));
            }
        }
    }
}

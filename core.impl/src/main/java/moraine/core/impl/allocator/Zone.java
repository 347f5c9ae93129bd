package moraine.core.impl.allocator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;

/** The buddy allocator of one node's memory: free blocks of 1 to 1024 aligned pages, under a spin lock. */
final class Zone {
    /*
     * Blocks
     * ------
     * A free block of order k starts at a multiple of 2^k frames. Its head's word 0 says FREE, its word 1 holds k and
     * the links of the list of order k; the words 0 of its other frames are 0. Freeing joins a block with its buddy,
     * the block that differs from it in bit k alone, as long as that is free and of the same order. Allocating takes
     * the smallest block that is large enough, keeps the lower part and puts the upper halves back, so that frames come
     * in ascending order. A section that was never used is on no list and has no records: when the lists run dry the
     * next one is opened and its blocks of the largest order are linked, lowest first.
     *
     * Locking
     * -------
     * `lock` guards everything; `mode`, `free` and `withdrawn` are also read without it. Nothing waits,
     * allocates or calls out while holding it, except that opening a section makes its records. A frame in a worker's
     * cache belongs to the worker: the zone does not count it as free.
     */
    static final int MAX_ORDER = 10;

    /** Free pages are below the low mark: caches are bypassed. */
    static final int PRESSED = 1;
    /** The node's memory was removed: nothing here may be used. */
    static final int GONE = 2;

    private static final VarHandle LOCK;
    private static final VarHandle MODE;
    private static final VarHandle FREE;
    private static final VarHandle WITHDRAWN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            LOCK = lookup.findVarHandle(Zone.class, "lock", int.class);
            MODE = lookup.findVarHandle(Zone.class, "mode", int.class);
            FREE = lookup.findVarHandle(Zone.class, "free", long.class);
            WITHDRAWN = lookup.findVarHandle(Zone.class, "withdrawn", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long FREE_WORD = FrameWord.flags(Frames.FREE);
    private static final long CACHED_WORD = FrameWord.flags(Frames.CACHED);
    private static final long WITHDRAWN_WORD = FrameWord.flags(Frames.OFFLINE | Frames.POISONED);

    private static final int SPINS = 100;

    final int node;
    final long first;
    final long pages;
    final Watermarks marks;
    /** Most pages in use that anybody saw. */
    final AtomicLong peak = new AtomicLong();

    private final Frames frames;
    /** First block of each order, counted from 1; 0 for none. */
    final int[] heads = new int[MAX_ORDER + 1];

    private int lock;
    private int mode;
    private long free;
    private long withdrawn;
    /** Pages from the first on that were put on the lists. */
    private long opened;

    /** A request failed here and no page was given back since. */
    private boolean failed;
    /** The low mark was crossed, or a request failed, and nobody was told yet. */
    private final AtomicBoolean news = new AtomicBoolean();

    Zone(Frames frames, int node, long first, long pages, Watermarks marks) {
        this.frames = frames;
        this.node = node;
        this.first = first;
        this.pages = pages;
        this.marks = marks;
        free = pages;
    }

    // ---- State that anybody reads

    /** {@return a set of PRESSED and GONE} */
    int mode() {
        return (int) MODE.getOpaque(this);
    }

    /** {@return pages on the lists and in sections not yet opened} */
    long free() {
        return (long) FREE.getOpaque(this);
    }

    long withdrawn() {
        return (long) WITHDRAWN.getOpaque(this);
    }

    /** {@return whether there is news of low memory that nobody was told} */
    boolean pollNews() {
        return news.getPlain() && news.compareAndSet(true, false);
    }

    // ---- Taking and giving

    /** {@return first frame of a block, -1 when there is none above the reserve} */
    long take(int order, Reserve reserve) {
        lock();
        try {
            long rest = free - (1L << order);
            int block = rest < marks.floor(reserve) ? -1 : takeBlock(order);
            if (block < 0) {
                tell(!failed);
                failed = true;
                return -1;
            }
            count(rest);
            return first + block;
        } finally {
            unlock();
        }
    }

    /**
     * Takes single frames above the low mark and marks them cached.
     *
     * @param into filled from {@code want - 1} down, in ascending order of frames where they come from one block
     * @return how many there were
     */
    int takeSome(long[] into, int want) {
        lock();
        try {
            int got = 0;
            int most = (int) Math.min(want, free - marks.low());
            while (got < most) {
                int order = Math.min(smallest(), 31 - Integer.numberOfLeadingZeros(most - got));
                int block = takeBlock(order);
                if (block < 0) {
                    break;
                }
                for (int i = 0; i < 1 << order; i++) {
                    frames.word0(first + block + i, CACHED_WORD);
                    into[want - 1 - got++] = first + block + i;
                }
            }
            if (got > 0) {
                count(free - got);
            }
            return got;
        } finally {
            unlock();
        }
    }

    void give(long pfn, int order) {
        lock();
        try {
            giveBlock((int) (pfn - first), order);
            count(free + (1L << order));
        } finally {
            unlock();
        }
    }

    /** Gives the first n frames of an array back. */
    void giveSome(long[] from, int n) {
        lock();
        try {
            for (int i = 0; i < n; i++) {
                giveBlock((int) (from[i] - first), 0);
            }
            count(free + n);
        } finally {
            unlock();
        }
    }

    /** Takes a frame in use out of service for good. */
    void withdraw(long pfn) {
        lock();
        try {
            frames.word0(pfn, WITHDRAWN_WORD);
            WITHDRAWN.setOpaque(this, withdrawn + 1);
        } finally {
            unlock();
        }
    }

    void close() {
        lock();
        try {
            MODE.setOpaque(this, GONE);
        } finally {
            unlock();
        }
    }

    private void count(long now) {
        boolean pressed = now < marks.low();
        failed &= now <= free;
        if (pressed != ((mode & PRESSED) != 0)) {
            MODE.setOpaque(this, mode ^ PRESSED);
            tell(pressed);
        }
        FREE.setOpaque(this, now);
    }

    private void tell(boolean something) {
        if (something) {
            news.set(true);
        }
    }

    // ---- Lists, under the lock

    private int takeBlock(int order) {
        int at = order;
        while (at <= MAX_ORDER && heads[at] == 0) {
            at++;
        }
        if (at > MAX_ORDER) {
            return open() ? takeBlock(order) : -1;
        }
        int block = heads[at] - 1;
        unlink(block, at);
        while (at > order) {
            at--;
            link(block + (1 << at), at);
        }
        return block;
    }

    /** {@return the smallest order that has a block, the largest there is when none has} */
    private int smallest() {
        int order = 0;
        while (order < MAX_ORDER && heads[order] == 0) {
            order++;
        }
        return order;
    }

    private void giveBlock(int block, int order) {
        frames.word0(first + block, 0);
        int start = block;
        int at = order;
        while (at < MAX_ORDER) {
            int buddy = start ^ (1 << at);
            if ((frames.word0(first + buddy) & FREE_WORD) == 0
                    || FrameWord.freeOrder(frames.word1(first + buddy)) != at) {
                break;
            }
            unlink(buddy, at);
            start &= buddy;
            at++;
        }
        link(start, at);
    }

    private boolean open() {
        if (opened == pages) {
            return false;
        }
        frames.create((int) ((first + opened) >>> Frames.SECTION_SHIFT));
        int start = (int) opened;
        int more = (int) Math.min(Frames.SECTION_PAGES - (start & (Frames.SECTION_PAGES - 1)), pages - opened);
        // What is no whole block at the zone's end comes last: small blocks are taken first.
        more = more < 1 << MAX_ORDER ? more : more & -(1 << MAX_ORDER);
        opened += more;
        int end = start + more;
        while (end > start) {
            int order = Math.min(MAX_ORDER, Integer.numberOfTrailingZeros(end));
            end -= 1 << order;
            link(end, order);
        }
        return true;
    }

    private void link(int block, int order) {
        int next = heads[order];
        frames.word1(first + block, FrameWord.free(order, 0, next));
        frames.word0(first + block, FREE_WORD);
        if (next != 0) {
            long word = frames.word1(first + next - 1);
            frames.word1(first + next - 1, FrameWord.free(order, block + 1, FrameWord.freeNext(word)));
        }
        heads[order] = block + 1;
    }

    private void unlink(int block, int order) {
        long word = frames.word1(first + block);
        int previous = FrameWord.freePrevious(word);
        int next = FrameWord.freeNext(word);
        if (previous == 0) {
            heads[order] = next;
        } else {
            long other = frames.word1(first + previous - 1);
            frames.word1(first + previous - 1, FrameWord.free(order, FrameWord.freePrevious(other), next));
        }
        if (next != 0) {
            long other = frames.word1(first + next - 1);
            frames.word1(first + next - 1, FrameWord.free(order, previous, FrameWord.freeNext(other)));
        }
        frames.word0(first + block, 0);
    }

    /** {@return pages that were never on a list} */
    long unopenedPages() {
        return pages - opened;
    }

    // ---- Lock

    // The holder may have lost its processor to us; only the scheduler can give it back.
    @SuppressWarnings("ThreadPriorityCheck")
    void lock() {
        int turn = 0;
        while (lock != 0 || !LOCK.compareAndSet(this, 0, 1)) {
            if (++turn < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    void unlock() {
        LOCK.setRelease(this, 0);
    }
}

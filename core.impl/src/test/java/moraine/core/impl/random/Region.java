package moraine.core.impl.random;

import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.host.CachedFile;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that all actors share. Each has two words on every page, one near its start and one near its end, which it
 * alone writes. Its address is never used again after it is unmapped.
 */
final class Region {
    private static final int WORDS = 2;

    final long base;
    final int pages;
    final boolean shared;
    /** Last sequence that an actor wrote, by actor and slot; the actor's own. */
    final long[][] last;
    /** Highest sequence that a reader saw, by reader, writer and slot; the reader's own. */
    private final long[][][] seen;

    /** Counts the changes of protection that begin or end; odd while some of it forbids accesses. */
    final AtomicInteger restrictions = new AtomicInteger();
    /** Set before any of it is unmapped. */
    volatile boolean gone;

    /** What it shows, or null. */
    final @Nullable CachedFile file;

    Region(long base, int pages, boolean shared, int actors, @Nullable CachedFile file) {
        this.file = file;
        this.base = base;
        this.pages = pages;
        this.shared = shared;
        this.last = new long[actors][WORDS * pages];
        this.seen = new long[actors][actors][WORDS * pages];
    }

    int slots() {
        return WORDS * pages;
    }

    long bytes() {
        return (long) pages * Pages.SIZE;
    }

    /** {@return where an actor's word is} */
    long address(int actor, int slot) {
        long page = base + (long) (slot / WORDS) * Pages.SIZE;
        int offset = (slot % WORDS == 0 ? actor : Pages.SIZE / Long.BYTES - 1 - actor) * Long.BYTES;
        return page + offset;
    }

    static int pageOf(int slot) {
        return slot / WORDS;
    }

    static int firstSlot(int page) {
        return page * WORDS;
    }

    /** Proves that a word is the writer's and not older than what the reader saw before. */
    void observe(int reader, int writer, int slot, long word) {
        belongs(writer, slot, word);
        long before = seen[reader][writer][slot];
        if (Word.sequence(word) < before) {
            throw new AssertionError(where(writer, slot) + ": actor " + reader + " read " + Word.text(word)
                    + " after it had read write " + before);
        }
        seen[reader][writer][slot] = Word.sequence(word);
    }

    /** Proves that a word is the writer's, or was never written. */
    void belongs(int writer, int slot, long word) {
        if (word != 0 && Word.actor(word) != writer) {
            throw new AssertionError(
                    where(writer, slot) + " holds " + Word.text(word) + " 0x" + Long.toHexString(word));
        }
    }

    /** Proves that a word is what its writer wrote last; nobody writes meanwhile. */
    void exact(int writer, int slot, long word) {
        long wanted = Word.of(writer, last[writer][slot]);
        if (word != wanted) {
            throw new AssertionError(
                    where(writer, slot) + " holds " + Word.text(word) + ", should hold " + Word.text(wanted));
        }
    }

    String where(int writer, int slot) {
        return "word of actor " + writer + " at 0x" + Long.toHexString(address(writer, slot)) + " (page " + pageOf(slot)
                + " of " + pages + (shared ? ", shared)" : ", private)");
    }

    /** Does an access. @return false when it was refused and may have been */
    boolean attempt(Runnable access) {
        int before = restrictions.get();
        try {
            access.run();
            return true;
        } catch (MoraineException e) {
            if (e.errno() == Errno.EFAULT && mayRefuse(before)) {
                return false;
            }
            throw e;
        }
    }

    /** {@return whether an access that began when the restrictions were so may have been refused} */
    boolean mayRefuse(int before) {
        return gone || (before & 1) == 1 || restrictions.get() != before;
    }
}

package moraine.core.impl.frames;

import static moraine.core.impl.frames.FrameWord.MAPPING;
import static moraine.core.impl.frames.FrameWord.REF;
import static moraine.core.impl.frames.FrameWord.REFS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/** Who holds a frame: its lock, references and mappings, all in word 0 of its record. */
abstract sealed class FrameReferences extends SectionTable permits FrameHolds {
    /*
     * Protocol
     * --------
     * Word 0 changes by compare-and-set of the whole word, except where somebody alone knows the frame: the allocator
     * stores it when it hands the frame out and when it takes it back. A free frame has no references, so a reader with
     * a stale number fails in getUnlessZero; who holds no reference writes nothing.
     * A reader that comes through a tail takes its reference by a compare-and-set on the head's word that includes
     * HEAD. Success means that the folio was whole at that moment and, as splitting freezes the references first, that
     * it stays whole while the reference is held.
     * Frozen (references 0 on a frame in use) is how one party excludes all others: freeze succeeds only against the
     * exact number expected, and every other reference is then refused until unfreeze.
     */
    static final long LOCKED_BIT = FrameWord.flags(Frames.LOCKED);
    static final long HEAD_BIT = FrameWord.flags(Frames.HEAD);
    static final long TAIL_BIT = FrameWord.flags(Frames.TAIL);
    static final int HEAD_SLOT_MASK = -2 * Pages.PER_LARGE;
    private static final VarHandle WORD =
            MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();

    FrameReferences(Backing backing, NativeMemory memory) {
        super(backing, memory);
    }

    // ---- Words

    /** {@return word 0, see {@link FrameWord}} */
    public final long word0(long pfn) {
        return read(words[section(pfn)], slot(pfn));
    }

    /** Stores word 0 of a frame that nobody else may write. */
    public final void word0(long pfn, long value) {
        WORD.setRelease(words[section(pfn)], slot(pfn), value);
    }

    public final long word1(long pfn) {
        return words[section(pfn)][slot(pfn) + 1];
    }

    public final void word1(long pfn, long value) {
        words[section(pfn)][slot(pfn) + 1] = value;
    }

    /**
     * Makes a frame that nobody knows one in use, without owner.
     *
     * @param word its word 0
     */
    public final void handOut(long pfn, long word) {
        long[] table = words[section(pfn)];
        int slot = slot(pfn);
        table[slot + 1] = 0;
        WORD.setRelease(table, slot, word);
    }

    /**
     * Makes a frame without references blank but for flags, unless word 0 has one of the bits that forbid it.
     *
     * @return word 0 as it was
     */
    public final long takeBack(long pfn, long forbidden, long word) {
        long[] table = words[section(pfn)];
        int slot = slot(pfn);
        long was = read(table, slot);
        if ((was & forbidden) == 0) {
            WORD.setRelease(table, slot, word);
        }
        return was;
    }

    static long read(long[] table, int slot) {
        return (long) WORD.getAcquire(table, slot);
    }

    static boolean change(long[] table, int slot, long from, long to) {
        return WORD.compareAndSet(table, slot, from, to);
    }

    /** {@return whether somebody refers to the frame and there is room for one more} */
    static boolean referable(long word) {
        return (word & REFS) != 0 && (word & REFS) != REFS;
    }

    static int slot(long pfn) {
        return offset(pfn) << 1;
    }

    /** {@return slot of the folio's head} */
    static int headSlot(long[] table, int slot) {
        return (read(table, slot) & TAIL_BIT) == 0 ? slot : slot & HEAD_SLOT_MASK;
    }

    // ---- Lock

    public final boolean tryLock(long pfn) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & LOCKED_BIT) != 0) {
                return false;
            }
        } while (!change(table, slot, word, word | LOCKED_BIT));
        return true;
    }

    public final void unlock(long pfn) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & LOCKED_BIT) == 0) {
                throw broken(pfn, word, "is unlocked but not locked");
            }
        } while (!change(table, slot, word, word & ~LOCKED_BIT));
    }

    public final boolean locked(long pfn) {
        long[] table = words[section(pfn)];
        return (read(table, headSlot(table, slot(pfn))) & LOCKED_BIT) != 0;
    }

    // ---- References

    /** Takes a reference unless there is none; {@return false when there is none, or no room for another} */
    public final boolean getUnlessZero(long pfn) {
        long[] table = words[section(pfn)];
        int own = slot(pfn);
        while (true) {
            int slot = own;
            long word = read(table, own);
            if ((word & TAIL_BIT) != 0) {
                slot = own & HEAD_SLOT_MASK;
                word = read(table, slot);
            }
            if (!referable(word)) {
                return false;
            }
            boolean whole = slot == own || (word & HEAD_BIT) != 0;
            if (whole && change(table, slot, word, word + REF)) {
                return true;
            }
        }
    }

    /** {@return whether a folio has as many references as can be counted} */
    public final boolean full(long pfn) {
        long[] table = words[section(pfn)];
        return (read(table, headSlot(table, slot(pfn))) & REFS) == REFS;
    }

    /** Takes one more reference; {@return false when there is no room for it} */
    public final boolean get(long pfn) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & REFS) == 0) {
                throw broken(pfn, word, "has no reference to add to; take the first with getUnlessZero");
            }
            if ((word & REFS) == REFS) {
                return false;
            }
        } while (!change(table, slot, word, word + REF));
        return true;
    }

    /** Drops a reference; {@return how many are left; after 0 the caller frees the frame} */
    public final int put(long pfn) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & REFS) == 0) {
                throw broken(pfn, word, "has no reference to drop");
            }
        } while (!change(table, slot, word, word - REF));
        return FrameWord.refs(word) - 1;
    }

    public final int refs(long pfn) {
        return FrameWord.refs(headWord(pfn));
    }

    /** Takes all references away if there are exactly so many; {@return whether there were} */
    public final boolean freeze(long pfn, int expected) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if (FrameWord.refs(word) != expected) {
                return false;
            }
        } while (!change(table, slot, word, word & ~REFS));
        return true;
    }

    /** Gives a frozen frame references again. */
    public final void unfreeze(long pfn, int refs) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & REFS) != 0 || refs < 1 || refs > FrameWord.REFS_MAX) {
                throw broken(pfn, word, "cannot be unfrozen with " + refs + " references");
            }
        } while (!change(table, slot, word, FrameWord.withRefs(word, refs)));
    }

    // ---- Mappings

    public final int mappings(long pfn) {
        return FrameWord.mappings(headWord(pfn));
    }

    /** Counts n entries more that map the folio; {@return false when there is no room for them} */
    public final boolean addMapping(long pfn, int n) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if (FrameWord.mappings(word) + n > FrameWord.MAPPINGS_MAX) {
                return false;
            }
        } while (!change(table, slot, word, word + n * MAPPING));
        return true;
    }

    /** Counts n entries less; {@return how many are left} */
    public final int dropMapping(long pfn, int n) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if (FrameWord.mappings(word) < n) {
                throw broken(pfn, word, "has no " + n + " mappings to drop");
            }
        } while (!change(table, slot, word, word - n * MAPPING));
        return FrameWord.mappings(word) - n;
    }

    /** {@return word 0 of the folio's head} */
    final long headWord(long pfn) {
        long[] table = words[section(pfn)];
        return read(table, headSlot(table, slot(pfn)));
    }

    static MoraineException broken(long pfn, long word, String what) {
        return new MoraineException(
                Errno.EINVAL,
                Blame.INTERNAL,
                "frame " + pfn + " (references " + FrameWord.refs(word) + ", mappings " + FrameWord.mappings(word)
                        + ", flags 0x" + Long.toHexString((word & FrameWord.FLAGS) >>> FrameWord.FLAG_SHIFT) + ") "
                        + what);
    }
}

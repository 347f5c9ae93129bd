package moraine.core.impl.frames;

import static moraine.core.impl.frames.FrameWord.MAPPING;
import static moraine.core.impl.frames.FrameWord.REF;
import static moraine.core.impl.frames.FrameWord.REFS;

import moraine.core.api.model.Backing;

/** What takes two of lock, reference and mapping, or gives up two, in one step. */
abstract sealed class FrameHolds extends FrameReferences permits Frames {
    /*
     * Why one step is as good as two
     * ------------------------------
     * Lock, references and mappings lie in one word, so that a compare-and-set of the word changes any of them
     * together.
     * Each method below has the conditions of both steps that it stands for, and shows nobody a state that the two
     * steps, one directly after the other, do not end in; what is left out is the state between them.
     * A mapping always has a reference of its own. Counting both at once never shows more mappings than references.
     * A frozen frame needs no lock: who has no reference takes none and writes nothing, so freezing excludes
     * everybody that the lock excluded. It is therefore unlocked in the step that freezes it.
     */
    private static final long MAPPED = MAPPING + REF;

    FrameHolds(Backing backing, NativeMemory memory) {
        super(backing, memory);
    }

    /**
     * Takes a reference and the lock, or neither; {@return false when there is no reference yet, or the lock is held}
     */
    public final boolean hold(long pfn) {
        long[] table = words[section(pfn)];
        int own = slot(pfn);
        while (true) {
            int slot = own;
            long word = read(table, own);
            if ((word & TAIL_BIT) != 0) {
                slot = own & HEAD_SLOT_MASK;
                word = read(table, slot);
            }
            if (!referable(word) || (word & LOCKED_BIT) != 0) {
                return false;
            }
            boolean whole = slot == own || (word & HEAD_BIT) != 0;
            if (whole && change(table, slot, word, word + REF | LOCKED_BIT)) {
                return true;
            }
        }
    }

    /** Gives up the lock and a reference; {@return how many references are left; after 0 the caller frees the frame} */
    public final int letGo(long pfn) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & LOCKED_BIT) == 0 || (word & REFS) == 0) {
                throw broken(pfn, word, "is let go but not held; it needs both the lock and a reference");
            }
        } while (!change(table, slot, word, word - REF & ~LOCKED_BIT));
        return FrameWord.refs(word) - 1;
    }

    /**
     * Takes all references and the lock away if there are exactly so many references; the caller has the lock.
     *
     * @return whether there were; if not, nothing is changed
     */
    public final boolean freezeAndUnlock(long pfn, int expected) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & LOCKED_BIT) == 0) {
                throw broken(pfn, word, "is frozen and unlocked but not locked");
            }
            if (FrameWord.refs(word) != expected) {
                return false;
            }
        } while (!change(table, slot, word, word & ~(REFS | LOCKED_BIT)));
        return true;
    }

    /** Counts an entry more and its reference; {@return false when there is no room for both} */
    public final boolean addMapped(long pfn) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if ((word & REFS) == 0) {
                throw broken(pfn, word, "has no reference, so no entry can be made for it");
            }
            if ((word & REFS) == REFS || FrameWord.mappings(word) == FrameWord.MAPPINGS_MAX) {
                return false;
            }
        } while (!change(table, slot, word, word + MAPPED));
        return true;
    }

    /** Counts an entry less and its reference; {@return how many references are left} */
    public final int dropMapped(long pfn) {
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
            if (FrameWord.mappings(word) == 0 || (word & REFS) == 0) {
                throw broken(pfn, word, "has no mapping with a reference to drop");
            }
        } while (!change(table, slot, word, word - MAPPED));
        return FrameWord.refs(word) - 1;
    }
}

package moraine.core.impl.frames;

import moraine.core.api.model.Backing;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.types.Types;

/**
 * The record of every frame: type, flags, tenant, references, mappings, owner, history, age. Methods that a folio
 * answers as one (lock, references, mappings, type, tenant, owner) take the number of any of its frames and go to the
 * head; the others touch the frame itself. Nothing here allocates or waits.
 */
public final class Frames extends FrameHolds {
    public static final int LOCKED = 1;
    /** First frame of a folio of order 9. */
    public static final int HEAD = 1 << 1;

    public static final int TAIL = 1 << 2;
    public static final int DIRTY = 1 << 3;
    /** Its content is lost; it is withdrawn when freed. */
    public static final int POISONED = 1 << 4;
    /** Head of a block on a zone's free list. */
    public static final int FREE = 1 << 5;
    /** In a worker's cache. */
    public static final int CACHED = 1 << 6;

    public static final int PINNED = 1 << 7;
    /** Its content may be dropped instead of copied until it is written again; no entry of it is writable. */
    public static final int LAZY = 1 << 8;

    public static final int WRITEBACK = 1 << 9;
    public static final int UNEVICTABLE = 1 << 10;
    /** Withdrawn: neither free nor in use. */
    public static final int OFFLINE = 1 << 11;

    /** What the frames of a folio inherit when it is split. */
    private static final long INHERITED = FrameWord.flags(DIRTY | LAZY | UNEVICTABLE);

    private static final int TAIL_MASK = Pages.PER_LARGE - 1;

    private final Types typeTable;

    public Frames(Backing backing, Types types, NativeMemory memory) {
        super(backing, memory);
        typeTable = types;
    }

    // ---- Type, tenant, flags, owner

    public int type(long pfn) {
        return words[section(pfn)].length == 0 ? untouchedType(pfn) : FrameWord.type(headWord(pfn));
    }

    public void type(long pfn, int type) {
        if (type < 0 || type >= typeTable.count()) {
            throw broken(pfn, headWord(pfn), "cannot have type index " + type + " of " + typeTable.count());
        }
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
        } while (!change(table, slot, word, FrameWord.withType(word, type)));
    }

    public int tenant(long pfn) {
        return FrameWord.tenant(headWord(pfn));
    }

    public void tenant(long pfn, int tenant) {
        if (tenant < 0 || tenant > FrameWord.TENANT_MAX) {
            throw broken(pfn, headWord(pfn), "cannot have tenant " + tenant);
        }
        long[] table = words[section(pfn)];
        int slot = headSlot(table, slot(pfn));
        long word;
        do {
            word = read(table, slot);
        } while (!change(table, slot, word, FrameWord.withTenant(word, tenant)));
    }

    /** {@return whether any of the flags is set on this very frame} */
    public boolean flag(long pfn, int flag) {
        return (word0(pfn) & FrameWord.flags(flag)) != 0;
    }

    public void setFlag(long pfn, int flag) {
        testAndSet(pfn, flag);
    }

    public void clearFlag(long pfn, int flag) {
        testAndClear(pfn, flag);
    }

    /** {@return whether any of the flags was set before} */
    public boolean testAndSet(long pfn, int flag) {
        long[] table = words[section(pfn)];
        int slot = slot(pfn);
        long bits = FrameWord.flags(flag);
        long word;
        do {
            word = read(table, slot);
        } while ((word & bits) != bits && !change(table, slot, word, word | bits));
        return (word & bits) != 0;
    }

    /** {@return whether any of the flags was set before} */
    public boolean testAndClear(long pfn, int flag) {
        long[] table = words[section(pfn)];
        int slot = slot(pfn);
        long bits = FrameWord.flags(flag);
        long word;
        do {
            word = read(table, slot);
        } while ((word & bits) != 0 && !change(table, slot, word, word & ~bits));
        return (word & bits) != 0;
    }

    public long object(long pfn) {
        return FrameWord.object(word1(head(pfn)));
    }

    /** {@return the page's index in its object} */
    public long index(long pfn) {
        long head = head(pfn);
        return FrameWord.index(word1(head)) + (pfn - head);
    }

    /** Says which page of which object the frame holds; a folio's head speaks for all. */
    public void owner(long pfn, long object, long index) {
        if ((object & ~FrameWord.OBJECT_MAX) != 0 || (index & ~FrameWord.INDEX_MAX) != 0) {
            throw new MoraineException(
                    Errno.EOVERFLOW,
                    Blame.INTERNAL,
                    "frame " + pfn + " cannot hold page " + index + " of object " + object
                            + "; a record has 36 and 28 bits for them");
        }
        word1(pfn, FrameWord.owner(object, index));
        hintMarks.forget(pfn);
    }

    // ---- Folios

    public boolean isTail(long pfn) {
        return (word0(pfn) & TAIL_BIT) != 0;
    }

    /** {@return the first frame of the folio that the frame belongs to} */
    public long head(long pfn) {
        return isTail(pfn) ? pfn & ~TAIL_MASK : pfn;
    }

    public int order(long head) {
        return (word0(head) & HEAD_BIT) != 0 ? Pages.LARGE_ORDER : 0;
    }

    /** Makes 512 frames, the first of which is in use and aligned, one folio. Nobody else may know the others. */
    public void makeFolio(long head) {
        if ((head & TAIL_MASK) != 0) {
            throw broken(head, word0(head), "cannot head a folio of 512 pages; it is not a multiple of 512");
        }
        for (int i = 1; i < Pages.PER_LARGE; i++) {
            word1(head + i, 0);
            word0(head + i, TAIL_BIT);
            hintMarks.forget(head + i);
        }
        testAndSet(head, HEAD);
    }

    /**
     * Makes a folio 512 frames of their own with its type, tenant and owner. The caller holds the lock, has frozen the
     * references, and afterwards gives each frame, the head included, its counts by {@link #reset}.
     */
    public void splitFolio(long head) {
        long word = word0(head);
        if ((word & HEAD_BIT) == 0 || (word & LOCKED_BIT) == 0 || (word & FrameWord.REFS) != 0) {
            throw broken(head, word, "cannot be split; it must be a locked folio with references frozen");
        }
        long each = FrameWord.withTenant(word & FrameWord.TYPE_MAX, FrameWord.tenant(word)) | (word & INHERITED);
        long owner = word1(head);
        long past = history(head);
        for (int i = 1; i < Pages.PER_LARGE; i++) {
            word1(head + i, owner + i);
            history(head + i, past);
            word0(head + i, each);
        }
        testAndClear(head, HEAD);
    }

    /** Sets references and mappings of a frame that splitting made. */
    public void reset(long pfn, int refs, int mappings) {
        long[] table = words[section(pfn)];
        int slot = slot(pfn);
        long word;
        do {
            word = read(table, slot);
        } while (!change(table, slot, word, FrameWord.withMappings(FrameWord.withRefs(word, refs), mappings)));
    }

    // ---- What sweeps read

    public long history(long pfn) {
        return histories[section(pfn)][offset(pfn)];
    }

    public void history(long pfn, long word) {
        histories[section(pfn)][offset(pfn)] = word;
    }

    /** Marks the frame accessed. Racing marks may be lost: ageing is a guess. */
    public void young(long pfn) {
        long[] bitmap = youngs[section(pfn)];
        int at = offset(pfn) >>> 6;
        long bits = bitmap[at];
        if ((bits >>> pfn & 1) == 0) {
            bitmap[at] = bits | 1L << pfn;
        }
    }

    /** {@return whether the frame was accessed since the mark was cleared} */
    public boolean isYoung(long pfn) {
        return (youngs[section(pfn)][offset(pfn) >>> 6] >>> pfn & 1) != 0;
    }

    public boolean testAndClearYoung(long pfn) {
        long[] bitmap = youngs[section(pfn)];
        int at = offset(pfn) >>> 6;
        long bits = bitmap[at];
        boolean was = (bits >>> pfn & 1) != 0;
        if (was) {
            bitmap[at] = bits & ~(1L << pfn);
        }
        return was;
    }

    public int age(long pfn) {
        return ages[section(pfn)][offset(pfn)] & 0xff;
    }

    public void age(long pfn, int age) {
        ages[section(pfn)][offset(pfn)] = (byte) Math.min(age, 0xff);
    }

    /**
     * Marks the frame used, for who counts use by owner: ageing takes the young mark away and leaves this one. Racing
     * marks may be lost.
     *
     * @param by {@link Uses#CPU} or {@link Uses#DEVICE}
     */
    public void used(long pfn, int by) {
        byte[] table = uses[section(pfn)];
        int at = offset(pfn);
        if ((table[at] & by) == 0) {
            table[at] |= (byte) by;
        }
    }

    /** {@return the frame's marks of use, see {@link Uses}} */
    public int uses(long pfn) {
        return uses[section(pfn)][offset(pfn)] & 0xff;
    }

    public void uses(long pfn, int marks) {
        uses[section(pfn)][offset(pfn)] = (byte) marks;
    }

    // ---- Content

    /** Zeroes frames that follow one another within a node's memory. */
    public void zero(long pfn, int pages) {
        if (backing == Backing.BYTES) {
            memory.memset(address(pfn), 0, (long) pages << Pages.SHIFT);
        } else {
            for (int i = 0; i < pages; i++) {
                stamp(pfn + i, 0);
            }
        }
    }

    /** Copies the content of frames that follow one another. */
    public void copy(long source, long target, int pages) {
        if (backing == Backing.BYTES) {
            memory.memcpy(address(target), address(source), (long) pages << Pages.SHIFT);
        } else {
            for (int i = 0; i < pages; i++) {
                stamp(target + i, stamp(source + i));
            }
        }
    }

    /** {@return whether two frames have the same content} */
    public boolean sameContent(long one, long other) {
        return backing == Backing.BYTES
                ? memory.same(address(one), address(other), Pages.SIZE)
                : stamp(one) == stamp(other);
    }

    /** {@return a number that frames of equal content share, and others hardly ever do} */
    public long checksum(long pfn) {
        return backing == Backing.BYTES ? memory.checksum(address(pfn), Pages.SIZE) : NativeMemory.mixed(stamp(pfn));
    }

    /** {@return whether the frame holds nothing but zeros} */
    public boolean isZero(long pfn) {
        return backing == Backing.BYTES ? memory.isZero(address(pfn), Pages.SIZE) : stamp(pfn) == 0;
    }

    /** {@return what stands for the frame's content where there are no bytes} */
    public long stamp(long pfn) {
        return stamps[section(pfn)][offset(pfn)];
    }

    public void stamp(long pfn, long stamp) {
        stamps[section(pfn)][offset(pfn)] = stamp;
    }
}

package moraine.core.impl.frames;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What hint faults tell of frames, a word each, made section by section when hints are first planted there:
 *
 * <pre>
 *  63                                           16 15     12 11     8 7        0
 * +-----------------------------------------------+---------+--------+----------+
 * |time of planting + 1, 1024 ns units; 0: no hint| changes | repeats|  node+1  |
 * +-----------------------------------------------+---------+--------+----------+
 * </pre>
 *
 * The node is that of the processor seen to touch last, 0 for none yet; repeats, how many touches right before that
 * were its as well; changes, how often another node's followed, until one has {@link #MOST} repeats. Who touched goes
 * with a page that moves; a frame that becomes another page knows nothing. All words change by compare-and-set; a
 * folio's are its head's.
 */
public final class HintMarks {
    /** How far repeats and changes are counted. */
    public static final int MOST = 15;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long[] NOTHING = {};
    private static final int REPEATS_SHIFT = 8;
    private static final int CHANGES_SHIFT = 12;
    private static final int TIME_SHIFT = 16;
    private static final long NODE_MASK = 0xff;
    private static final long TOUCHES_MASK = (1L << TIME_SHIFT) - 1;
    private static final int UNIT_SHIFT = 10;

    private volatile long[][] sections = {};

    HintMarks() {}

    private long[] section(long pfn) {
        long[][] now = sections;
        int section = SectionTable.section(pfn);
        return section < now.length ? now[section] : NOTHING;
    }

    /** Says that the frame holds another page. */
    void forget(long pfn) {
        long[] words = section(pfn);
        if (words.length > 0) {
            WORD.setOpaque(words, SectionTable.offset(pfn), 0L);
        }
    }

    /** Says that a page moved; both folios' locks are held. No hint is planted in its entries any more. */
    public void carry(long from, long to) {
        long[] words = section(from);
        long touches = words.length == 0 ? 0 : (long) WORD.getOpaque(words, SectionTable.offset(from)) & TOUCHES_MASK;
        if (touches != 0) {
            WORD.setOpaque(sectionForMark(to), SectionTable.offset(to), touches);
        }
    }

    /** Says that the next touch of the page is to be noticed; the folio's lock is held. */
    public void plant(long head, long nowNs) {
        long[] words = sectionForMark(head);
        int at = SectionTable.offset(head);
        long time = (Math.max(nowNs, 0) >>> UNIT_SHIFT) + 1;
        long word;
        do {
            word = (long) WORD.getVolatile(words, at);
        } while (!WORD.compareAndSet(words, at, word, time << TIME_SHIFT | word & TOUCHES_MASK));
    }

    /**
     * Says that a node's processor touched the page; only one of several touches finds a hint planted.
     *
     * @return the time of planting, 0 when there was none, beside what is known of touches now
     */
    public long touch(long head, int node) {
        long[] words = section(head);
        if (words.length == 0) {
            return 0;
        }
        int at = SectionTable.offset(head);
        while (true) {
            long word = (long) WORD.getVolatile(words, at);
            long touches = touched(word, node);
            if (!planted(word)) {
                return 0;
            }
            if (WORD.compareAndSet(words, at, word, touches)) {
                return word & ~TOUCHES_MASK | touches;
            }
        }
    }

    private static long touched(long word, int node) {
        boolean same = (word & NODE_MASK) == node + 1L;
        boolean first = (word & NODE_MASK) == 0;
        int repeats = same ? Math.min(repeats(word) + 1, MOST) : 0;
        int changes = same || first ? changes(word) : Math.min(changes(word) + 1, MOST);
        return node + 1L | (long) repeats << REPEATS_SHIFT | (repeats == MOST ? 0 : (long) changes << CHANGES_SHIFT);
    }

    /** {@return whether a touch was to be noticed} */
    public static boolean planted(long word) {
        return word >>> TIME_SHIFT != 0;
    }

    /** {@return nanoseconds since the hint was planted, in steps of 1024} */
    public static long latencyNs(long word, long nowNs) {
        return Math.max(0, (nowNs >>> UNIT_SHIFT) + 1 - (word >>> TIME_SHIFT)) << UNIT_SHIFT;
    }

    /** {@return touches right before the last one that were the same node's} */
    public static int repeats(long word) {
        return (int) (word >>> REPEATS_SHIFT) & MOST;
    }

    /** {@return how often a touch was another node's than the one before} */
    public static int changes(long word) {
        return (int) (word >>> CHANGES_SHIFT) & MOST;
    }

    private long[] sectionForMark(long pfn) {
        long[] words = section(pfn);
        return words.length == 0 ? make(SectionTable.section(pfn)) : words;
    }

    private synchronized long[] make(int section) {
        long[][] now = sections;
        if (section < now.length && now[section].length > 0) {
            return now[section];
        }
        long[][] longer = Arrays.copyOf(now, Math.max(now.length, section + 1));
        Arrays.fill(longer, now.length, longer.length, NOTHING);
        longer[section] = new long[SectionTable.SECTION_PAGES];
        sections = longer;
        return longer[section];
    }

    /** Gives up what is known of a section whose memory goes. */
    synchronized void drop(int section) {
        if (section < sections.length) {
            long[][] fewer = sections.clone();
            fewer[section] = NOTHING;
            sections = fewer;
        }
    }

    long bytes() {
        long bytes = 0;
        for (long[] words : sections) {
            bytes += (long) Long.BYTES * words.length;
        }
        return bytes;
    }
}

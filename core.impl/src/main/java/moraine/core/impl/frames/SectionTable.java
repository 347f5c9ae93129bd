package moraine.core.impl.frames;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.impl.types.Types;

/**
 * Where frames are: for each section of 128 MiB its node, the address of its bytes and the arrays that hold the records
 * of its frames. Frame numbers ascend and are never used twice; the arrays of a section appear when its first frame is
 * needed.
 */
abstract sealed class SectionTable permits FrameReferences {
    /*
     * Publication
     * -----------
     * The tables are plain fields. addMemory replaces each by a longer copy and then writes `sections`, which is
     * volatile. Whoever uses a frame number got it from an allocation, which read a zone that was made after that
     * write; whoever sweeps reads `sections` first. Elements are stored once when a section's records are made and once
     * when it goes. The arrays start as zeros, which is what a record of a frame never used says, so a racing reader
     * cannot see a half-made one. A section that went shares arrays of zeros: no reference can be taken there, and a
     * late reader of a stale number finds nothing instead of failing.
     */
    public static final int SECTION_SHIFT = 15;
    public static final int SECTION_PAGES = 1 << SECTION_SHIFT;

    private static final int SECTION_MASK = SECTION_PAGES - 1;
    /** Arrays cover whole blocks of the largest buddy order, so that a buddy's record always exists. */
    private static final int BLOCK_PAGES = 1 << 10;

    private static final long[] NO_WORDS = new long[0];
    private static final byte[] NO_BYTES = new byte[0];

    long[][] words = new long[0][];
    long[][] histories = new long[0][];
    long[][] youngs = new long[0][];
    byte[][] ages = new byte[0][];
    byte[][] uses = new byte[0][];
    long[][] stamps = new long[0][];
    private long[] bases = new long[0];
    private byte[] nodes = new byte[0];
    private byte[] types = new byte[0];
    private int[] sizes = new int[0];
    private volatile int sections;

    /** What hint faults tell of frames. */
    public final HintMarks hintMarks = new HintMarks();

    final NativeMemory memory;
    final Backing backing;
    private final List<Region> regions = new ArrayList<>();

    SectionTable(Backing backing, NativeMemory memory) {
        this.backing = backing;
        this.memory = memory;
    }

    private record Region(int node, long base, long bytes) {}

    /**
     * Gives a node frames.
     *
     * @param type of frames that were never handed out
     * @return the first frame number, aligned to a section
     */
    public final synchronized long addMemory(int node, long pages, int type) {
        if (node < 0 || node > 63 || pages < 1 || type < 0 || type >= Types.LIMIT) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "memory of " + pages + " pages for node " + node + " with type index " + type
                            + " is out of range; nodes are 0..63, types 0..63, pages at least 1");
        }
        int first = sections;
        int more = Math.toIntExact((pages + SECTION_MASK) >>> SECTION_SHIFT);
        long base = backing == Backing.BYTES ? memory.map(pages << Pages.SHIFT, Pages.LARGE_SIZE) : 0;
        if (base != 0) {
            regions.add(new Region(node, base, pages << Pages.SHIFT));
        }
        grow(first + more);
        for (int i = 0; i < more; i++) {
            long done = (long) i << SECTION_SHIFT;
            bases[first + i] = base == 0 ? 0 : base + (done << Pages.SHIFT);
            nodes[first + i] = (byte) node;
            types[first + i] = (byte) type;
            sizes[first + i] = (int) Math.min(SECTION_PAGES, pages - done);
        }
        sections = first + more;
        return (long) first << SECTION_SHIFT;
    }

    private void grow(int length) {
        int from = words.length;
        long[][] longerWords = Arrays.copyOf(words, length);
        long[][] longerHistories = Arrays.copyOf(histories, length);
        long[][] longerYoungs = Arrays.copyOf(youngs, length);
        long[][] longerStamps = Arrays.copyOf(stamps, length);
        byte[][] longerAges = Arrays.copyOf(ages, length);
        byte[][] longerUses = Arrays.copyOf(uses, length);
        Arrays.fill(longerWords, from, length, NO_WORDS);
        Arrays.fill(longerHistories, from, length, NO_WORDS);
        Arrays.fill(longerYoungs, from, length, NO_WORDS);
        Arrays.fill(longerStamps, from, length, NO_WORDS);
        Arrays.fill(longerAges, from, length, NO_BYTES);
        Arrays.fill(longerUses, from, length, NO_BYTES);
        words = longerWords;
        histories = longerHistories;
        youngs = longerYoungs;
        stamps = longerStamps;
        ages = longerAges;
        uses = longerUses;
        bases = Arrays.copyOf(bases, length);
        nodes = Arrays.copyOf(nodes, length);
        types = Arrays.copyOf(types, length);
        sizes = Arrays.copyOf(sizes, length);
    }

    /** Makes the records of a section, unless they are there. */
    public final synchronized void create(int section) {
        if (words[section].length != 0 || nodes[section] < 0) {
            return;
        }
        int length = (sizes[section] + BLOCK_PAGES - 1) & -BLOCK_PAGES;
        uses[section] = new byte[length];
        arrays(section, new long[2 * length], new long[length], new long[length / Long.SIZE], new byte[length]);
        if (backing == Backing.STAMPS) {
            stamps[section] = new long[length];
        }
    }

    private void arrays(int section, long[] records, long[] history, long[] young, byte[] age) {
        histories[section] = history;
        youngs[section] = young;
        ages[section] = age;
        words[section] = records;
    }

    /** Takes a node's frames away; their numbers are gone for good. The caller has emptied them. */
    public final synchronized void removeMemory(int node) {
        long[] zeros = new long[2 * SECTION_PAGES];
        byte[] zeroAges = new byte[SECTION_PAGES];
        for (int i = 0; i < sections; i++) {
            if (nodes[i] == node) {
                nodes[i] = -1;
                sizes[i] = 0;
                bases[i] = 0;
                uses[i] = zeroAges;
                arrays(i, zeros, zeros, zeros, zeroAges);
                stamps[i] = backing == Backing.STAMPS ? zeros : NO_WORDS;
                hintMarks.drop(i);
            }
        }
        for (Region region : regions) {
            if (region.node == node) {
                memory.unmap(region.base, region.bytes);
            }
        }
        regions.removeIf(region -> region.node == node);
    }

    /** Gives all bytes back to the host. No frame may be used afterwards. */
    public final synchronized void close() {
        regions.forEach(region -> memory.unmap(region.base, region.bytes));
        regions.clear();
    }

    /** {@return whether a frame has that number} */
    public final boolean exists(long pfn) {
        long section = pfn >>> SECTION_SHIFT;
        return section < sections && (pfn & SECTION_MASK) < sizes[(int) section];
    }

    /** {@return the frame's node, -1 when its memory was removed} */
    public final int node(long pfn) {
        return nodes[section(pfn)];
    }

    /** {@return host address of the frame's first byte, 0 when there are none} */
    public final long address(long pfn) {
        long base = bases[section(pfn)];
        return base == 0 ? 0 : base + ((pfn & SECTION_MASK) << Pages.SHIFT);
    }

    /** {@return how many sections there are or were; they are numbered from 0} */
    public final int sections() {
        return sections;
    }

    /** {@return the section that the frame is in} */
    public final int sectionOf(long pfn) {
        return section(pfn);
    }

    public final long firstPfn(int section) {
        return (long) section << SECTION_SHIFT;
    }

    /** {@return frames in the section, 0 when its memory was removed} */
    public final int pages(int section) {
        return sizes[section];
    }

    /** {@return whether a frame of the section was ever needed, so that there is something to sweep} */
    public final boolean created(int section) {
        return words[section].length != 0 && sizes[section] != 0;
    }

    /**
     * {@return bytes of the records, histories, bitmaps, ages, marks and tables; content stamps are content, not
     * metadata}
     */
    public final synchronized long metadataBytes() {
        long bytes = 0;
        for (int i = 0; i < sections; i++) {
            bytes += 6L * Long.BYTES + Long.BYTES + 2 + Integer.BYTES;
            if (created(i)) {
                bytes += (long) Long.BYTES * (words[i].length + histories[i].length + youngs[i].length);
                bytes += ages[i].length + uses[i].length;
            }
        }
        return bytes + hintMarks.bytes();
    }

    final int untouchedType(long pfn) {
        return types[section(pfn)];
    }

    static int section(long pfn) {
        return (int) (pfn >>> SECTION_SHIFT);
    }

    /** {@return the frame's place in its section} */
    static int offset(long pfn) {
        return (int) pfn & SECTION_MASK;
    }
}

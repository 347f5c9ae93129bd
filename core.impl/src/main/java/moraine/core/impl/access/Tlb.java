package moraine.core.impl.access;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import moraine.core.api.model.Pages;

/**
 * A direct-mapped software TLB of 1,024 translations. Slots lie side by side in native memory, two words each: the
 * address of the page, and
 *
 * <pre>
 *  63                      16 15      1  0
 * +--------------------------+---------+---+
 * |  host address of the page|    0    | W |
 * +--------------------------+---------+---+
 * </pre>
 *
 * The hit is what an access costs, so it does nothing twice. Where an address differs from the tag tells the page, the
 * limit of addresses and the alignment in one comparison, and is the offset if all agree. The table to look into comes
 * from the word that a shoot-down replaces, so no generation is compared. Shifts and masks make the compiler know that
 * what they leave is an address that it need not check.
 */
abstract class Tlb extends Section {
    private static final int SLOT_BITS = 10;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int SLOT_BYTES = 16;
    /** How far right an address is shifted for its page number to count slots. */
    private static final int SLOT_SHIFT = Pages.SHIFT - 4;

    private static final long SLOT_MASK = (SLOTS - 1) * SLOT_BYTES;
    private static final int HOST_SHIFT = 16;
    private static final long WRITABLE = 1;

    /** Bits of a table's address. */
    private static final long TABLE_MASK = (1L << 48) - SLOT_BYTES;
    /** Beside a table's address: the context's own translations hold. */
    private static final long HOLDS = 1;

    /** The table of who has no translations. */
    private static final MemorySegment NOTHING = emptyTable(Arena.global());

    private final MemorySegment table = emptyTable(Arena.ofAuto());
    /** What is live while translations hold. */
    private final long holding;

    private final long[] pfns = new long[SLOTS];
    /** Slots that were filled since the last renewal, some perhaps twice. */
    private final short[] filled = new short[SLOTS];

    /** How many times, or more than there are slots. */
    private int fills;

    /** @param direct whether an access needs no more than a translation; others never hit at once */
    Tlb(boolean direct) {
        holding = (direct ? table : NOTHING).address() | HOLDS;
        voidTranslations();
    }

    private static MemorySegment emptyTable(Arena arena) {
        MemorySegment empty = arena.allocate(SLOTS * SLOT_BYTES, SLOT_BYTES);
        for (int number = 0; number < SLOTS; number++) {
            empty(empty, number);
        }
        return empty;
    }

    private static void empty(MemorySegment table, int number) {
        HostBytes.putLong(table.address() + (long) number * SLOT_BYTES, none(number));
    }

    /** {@return the tag of an empty slot: a page that has another slot, so that no address whatever agrees} */
    private static long none(int number) {
        return (number ^ 1L) << Pages.SHIFT;
    }

    private static long slot(long table, long address) {
        return (table & TABLE_MASK) + (address >>> SLOT_SHIFT & SLOT_MASK);
    }

    /** {@return whether a difference between address and tag is an aligned offset} */
    private static boolean within(long difference, long alignMask) {
        return (difference & (-Pages.SIZE | alignMask)) == 0;
    }

    private static long host(long translation, long difference) {
        return (translation >>> HOST_SHIFT) + (difference & Pages.OFFSET_MASK);
    }

    /** Enters a section and translates for a load. @return the host address in the section, or -1 outside of it */
    final long enterToLoad(long address, long alignMask) {
        enter();
        long slot = slot(live(), address);
        long difference = HostBytes.getLong(slot) ^ address;
        if (within(difference, alignMask)) {
            return host(HostBytes.getLong(slot + 8), difference);
        }
        exit();
        return -1;
    }

    /** Enters a section and translates for a store. @return the host address in the section, or -1 outside of it */
    final long enterToStore(long address, long alignMask) {
        enter();
        long slot = slot(live(), address);
        long difference = HostBytes.getLong(slot) ^ address;
        long translation = HostBytes.getLong(slot + 8);
        if (within(difference, alignMask) && (translation & WRITABLE) != 0) {
            return host(translation, difference);
        }
        exit();
        return -1;
    }

    /** {@return whether a translation allows the access}; asked inside a section */
    final boolean hits(long address, boolean write) {
        long slot = slot(table.address(), address);
        return (live() & HOLDS) != 0
                && within(HostBytes.getLong(slot) ^ address, 0)
                && (!write || (HostBytes.getLong(slot + 8) & WRITABLE) != 0);
    }

    /** {@return where the bytes are}; after a hit in the same section */
    final long host(long address) {
        return host(HostBytes.getLong(slot(table.address(), address) + 8), address);
    }

    /** {@return the frame}; after a hit, negative for the zero page */
    final long pfn(long address) {
        return pfns[number(address)];
    }

    private static int number(long address) {
        return (int) (address >>> Pages.SHIFT) & SLOTS - 1;
    }

    /** Enters a section in which translations hold, so that one can be added. */
    final void enterToFill() {
        enter();
        if ((live() & HOLDS) == 0) {
            clear();
            renew(holding);
        }
    }

    /** Empties the slots that were filled; that is never more work than filling them was. */
    private void clear() {
        for (int i = 0; i < Math.min(fills, SLOTS); i++) {
            empty(table, fills > SLOTS ? i : filled[i]);
        }
        fills = 0;
    }

    /** Adds a translation inside a section. */
    final void hold(long address, boolean writable, long pfn, long host) {
        int number = number(address);
        if (fills < SLOTS) {
            filled[fills] = (short) number;
        }
        fills = Math.min(fills, SLOTS) + 1;
        pfns[number] = pfn;
        long slot = slot(table.address(), address);
        HostBytes.putLong(slot + 8, host << HOST_SHIFT | (writable ? WRITABLE : 0));
        HostBytes.putLong(slot, address & -Pages.SIZE);
    }

    /** Voids all translations; the entries are cleared already. */
    final void voidTranslations() {
        replace(NOTHING.address());
    }

    /** Visits every translation that would hit now; for the checker, with the thread at rest. */
    public final void translations(Visitor visitor) {
        for (int number = 0; (live() & HOLDS) != 0 && number < SLOTS; number++) {
            long slot = table.address() + (long) number * SLOT_BYTES;
            long tag = HostBytes.getLong(slot);
            if (tag != none(number)) {
                visitor.translation(tag, pfns[number], (HostBytes.getLong(slot + 8) & WRITABLE) != 0);
            }
        }
    }

    /** Told of a translation. */
    @FunctionalInterface
    public interface Visitor {
        void translation(long address, long pfn, boolean writable);
    }
}

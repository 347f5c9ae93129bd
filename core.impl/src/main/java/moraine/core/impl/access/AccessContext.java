package moraine.core.impl.access;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import moraine.core.api.host.MemoryAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Meter;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;

/**
 * A processor's way through a page table: a direct-mapped software TLB of 1,024 translations and an access section.
 *
 * <p>A TLB tag is the page number without the bits that choose the slot, generation and write permission in one word,
 * so that a hit is one comparison:
 *
 * <pre>
 *  63            39 38          1  0
 * +----------------+-------------+---+
 * | page number/2^10| generation  | W |
 * +----------------+-------------+---+
 * </pre>
 *
 * The generation is read after the mark is set and before the table is walked; a translation filled under an older
 * generation does not match. The generation's 38 bits come round after days of shoot-downs without a pause; every fill
 * under a new era of 2^38 clears the TLB.
 */
public abstract class AccessContext extends Section implements MemoryAccess, AutoCloseable {
    private static final int SLOT_BITS = 10;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int SLOT_MASK = SLOTS - 1;
    /** Bits that no address has. */
    private static final long BEYOND = -Pages.ADDRESS_LIMIT;

    private static final int ERA_SHIFT = 38;
    private static final long GENERATIONS = (1L << ERA_SHIFT) - 1;
    /** What an empty slot holds. */
    private static final long NONE = -1;

    /** By slot: tag and host address, side by side so that a hit needs one cache line of it. */
    private final long[] tlb = new long[2 * SLOTS];

    private final long[] pfns = new long[SLOTS];
    private final PageTable table;
    private final Contexts contexts;
    private final Frames frames;
    private final boolean backed;
    private final long zeroPage;
    private final @Nullable Meter meter;
    private final int initiator;
    private long lastEra = NONE;

    AccessContext(Rooms rooms, PageTable table, Contexts contexts, int initiator) {
        this.table = table;
        this.contexts = contexts;
        this.frames = rooms.frames;
        this.backed = rooms.spec.backing() == Backing.BYTES;
        this.zeroPage = rooms.zeroPage;
        this.meter = rooms.environment.meter();
        this.initiator = initiator;
        Arrays.fill(tlb, NONE);
        contexts.add(this);
    }

    /**
     * Makes the page at the address accessible, or throws.
     *
     * @param entry what the table said
     */
    abstract void fault(long address, Intent intent, long entry);

    /** {@return whether a translation may be used for the intent} */
    private static boolean serves(long entry, Intent intent) {
        return switch (Pte.kind(entry)) {
            case Pte.PRESENT -> intent == Intent.READ || Pte.writable(entry);
            case Pte.ZERO -> intent == Intent.READ;
            default -> false;
        };
    }

    public final int initiator() {
        return initiator;
    }

    final Contexts contexts() {
        return contexts;
    }

    private static int slot(long address) {
        return (int) (address >>> Pages.SHIFT) & SLOT_MASK;
    }

    /** {@return the tag of a translation, without permission to write} */
    private static long tag(long address, long generation) {
        return address >>> Pages.SHIFT + SLOT_BITS << ERA_SHIFT + 1 | (generation & GENERATIONS) << 1;
    }

    /** Enters a section in which the address is translated. @return the section's mark */
    private long begin(long address, long alignMask, Intent intent) {
        if ((address & (alignMask | BEYOND)) != 0) {
            throw badAddress(address, alignMask + 1);
        }
        int slot = slot(address);
        long write = intent == Intent.READ ? 1 : 0;
        for (; ; ) {
            long mark = enter();
            if ((tlb[2 * slot] | write) == (tag(address, holding()) | 1)) {
                if (!backed && intent != Intent.READ) {
                    frames.stamp(pfns[slot], nextStamp(frames.stamp(pfns[slot]), address));
                }
                return mark;
            }
            exit(mark);
            fill(address, slot, intent);
        }
    }

    /** {@return where the bytes are, inside the section; meaningless without bytes} */
    private long host(long address) {
        return tlb[2 * slot(address) + 1] + (address & Pages.OFFSET_MASK);
    }

    private static long nextStamp(long stamp, long address) {
        return (stamp ^ address) * 0x9E3779B97F4A7C15L + 1;
    }

    private void end(long mark, long address, int bytes, Intent intent) {
        exit(mark);
        if (meter != null) {
            long pfn = pfns[slot(address)];
            meter.access(initiator, pfn < 0 ? initiator : frames.node(pfn), address, bytes, intent);
        }
    }

    /** Puts the translation into the TLB, after a fault if need be. */
    private void fill(long address, int slot, Intent intent) {
        long mark = enter();
        long generation = holding();
        if (generation >>> ERA_SHIFT != lastEra) {
            Arrays.fill(tlb, NONE);
            lastEra = generation >>> ERA_SHIFT;
        }
        long entry = table.get(address);
        if (serves(entry, intent) && marked(address, entry, intent)) {
            boolean zero = Pte.kind(entry) == Pte.ZERO;
            pfns[slot] = zero ? -1 : Pte.pfn(entry);
            tlb[2 * slot + 1] = zero ? zeroPage : frames.address(Pte.pfn(entry));
            tlb[2 * slot] = tag(address, generation) | (intent == Intent.READ ? 0 : 1);
            exit(mark);
            return;
        }
        exit(mark);
        if (!serves(entry, intent)) {
            fault(address, intent, entry);
        }
    }

    /** Sets young, and dirty for a write, in the entry. @return false when the entry changed meanwhile */
    private boolean marked(long address, long entry, Intent intent) {
        if (Pte.kind(entry) == Pte.ZERO) {
            return true;
        }
        long bits = Pte.YOUNG | (intent == Intent.READ ? 0 : Pte.DIRTY | Pte.SOFT_DIRTY);
        frames.young(Pte.large(entry) ? Pte.pfn(entry) & -Pages.PER_LARGE : Pte.pfn(entry));
        return (entry & bits) == bits || table.replace(address, entry, entry | bits);
    }

    private static MoraineException badAddress(long address, long alignment) {
        return MoraineException.caller(
                address >>> 47 != 0 ? Errno.EFAULT : Errno.EINVAL,
                "address 0x" + Long.toHexString(address) + " is "
                        + (address >>> 47 != 0
                                ? "beyond the user limit 0x" + Long.toHexString(Pages.ADDRESS_LIMIT)
                                : "not a multiple of " + alignment + "; align it"));
    }

    @Override
    public final byte getByte(long address) {
        long mark = begin(address, 0, Intent.READ);
        byte value = backed ? HostBytes.getByte(host(address)) : 0;
        end(mark, address, 1, Intent.READ);
        return value;
    }

    @Override
    public final int getInt(long address) {
        long mark = begin(address, 3, Intent.READ);
        int value = backed ? HostBytes.getInt(host(address)) : 0;
        end(mark, address, 4, Intent.READ);
        return value;
    }

    @Override
    public final long getLong(long address) {
        long mark = begin(address, 7, Intent.READ);
        long value = backed ? HostBytes.getLong(host(address)) : 0;
        end(mark, address, 8, Intent.READ);
        return value;
    }

    @Override
    public final float getFloat(long address) {
        return Float.intBitsToFloat(getInt(address));
    }

    @Override
    public final double getDouble(long address) {
        return Double.longBitsToDouble(getLong(address));
    }

    @Override
    public final void putByte(long address, byte value) {
        long mark = begin(address, 0, Intent.WRITE);
        if (backed) {
            HostBytes.putByte(host(address), value);
        }
        end(mark, address, 1, Intent.WRITE);
    }

    @Override
    public final void putInt(long address, int value) {
        long mark = begin(address, 3, Intent.WRITE);
        if (backed) {
            HostBytes.putInt(host(address), value);
        }
        end(mark, address, 4, Intent.WRITE);
    }

    @Override
    public final void putLong(long address, long value) {
        long mark = begin(address, 7, Intent.WRITE);
        if (backed) {
            HostBytes.putLong(host(address), value);
        }
        end(mark, address, 8, Intent.WRITE);
    }

    @Override
    public final void putFloat(long address, float value) {
        putInt(address, Float.floatToRawIntBits(value));
    }

    @Override
    public final void putDouble(long address, double value) {
        putLong(address, Double.doubleToRawLongBits(value));
    }

    @Override
    public final boolean compareAndSetLong(long address, long expected, long value) {
        long mark = begin(address, 7, Intent.ATOMIC);
        boolean done = !backed || HostBytes.compareAndSet(host(address), expected, value);
        end(mark, address, 8, Intent.ATOMIC);
        return done;
    }

    @Override
    public final long getAndAddLong(long address, long delta) {
        long mark = begin(address, 7, Intent.ATOMIC);
        long before = backed ? HostBytes.getAndAdd(host(address), delta) : 0;
        end(mark, address, 8, Intent.ATOMIC);
        return before;
    }

    /** Checks a range operation before its first access. */
    void checkRange(long address, long bytes) {}

    @Override
    public final void read(long address, MemorySegment target) {
        checkRange(address, target.byteSize());
        for (long done = 0; done < target.byteSize(); ) {
            long at = address + done;
            int bytes = piece(at, target.byteSize() - done);
            long mark = begin(at, 0, Intent.READ);
            if (backed) {
                HostBytes.read(host(at), target, done, bytes);
            }
            end(mark, at, bytes, Intent.READ);
            done += bytes;
        }
    }

    @Override
    public final void write(long address, MemorySegment source) {
        checkRange(address, source.byteSize());
        for (long done = 0; done < source.byteSize(); ) {
            long at = address + done;
            int bytes = piece(at, source.byteSize() - done);
            long mark = begin(at, 0, Intent.WRITE);
            if (backed) {
                HostBytes.write(source, done, host(at), bytes);
            }
            end(mark, at, bytes, Intent.WRITE);
            done += bytes;
        }
    }

    private static int piece(long address, long bytes) {
        return (int) Math.min(bytes, Pages.SIZE - (address & Pages.OFFSET_MASK));
    }

    @Override
    public final int touch(long address, int bytes, Intent intent) {
        int node = -1;
        for (long done = 0; done < bytes; ) {
            long at = address + done;
            int piece = piece(at, bytes - done);
            long mark = begin(at, 0, intent);
            long pfn = pfns[slot(at)];
            node = pfn < 0 ? initiator : frames.node(pfn);
            end(mark, at, piece, intent);
            done += piece;
        }
        return node;
    }

    /** Visits every translation that would hit now; for the checker, with the thread at rest. */
    public final void translations(Visitor visitor) {
        for (int slot = 0; slot < SLOTS; slot++) {
            long tag = tlb[2 * slot];
            if ((tag >>> 1 & GENERATIONS) == (generation & GENERATIONS) && tag != NONE) {
                long page = tag >>> ERA_SHIFT + 1 << SLOT_BITS | slot;
                visitor.translation(page << Pages.SHIFT, pfns[slot], (tag & 1) != 0);
            }
        }
    }

    /** Told of a translation. */
    @FunctionalInterface
    public interface Visitor {
        void translation(long address, long pfn, boolean writable);
    }

    @Override
    public void close() {
        contexts.remove(this);
    }
}

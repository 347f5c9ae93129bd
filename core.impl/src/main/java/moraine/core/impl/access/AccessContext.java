package moraine.core.impl.access;

import java.lang.foreign.MemorySegment;
import moraine.core.api.host.MemoryAccess;
import moraine.core.api.model.Backing;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Meter;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.Uses;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import org.jspecify.annotations.Nullable;

/** A processor's way through a page table. Loads and stores hit the TLB or go the slow way: fault, fill, count, pay. */
public abstract class AccessContext extends Tlb implements MemoryAccess, AutoCloseable {
    private final PageTable table;
    private final Contexts contexts;
    private final Frames frames;
    private final boolean backed;
    private final long zeroPage;
    private final @Nullable Meter meter;
    private final int initiator;
    /** How use by this processor is marked. */
    private final int use;

    private volatile boolean closed;

    AccessContext(Rooms rooms, PageTable table, Contexts contexts, int initiator) {
        super(rooms.spec.backing() == Backing.BYTES && rooms.environment.meter() == null);
        this.table = table;
        this.contexts = contexts;
        this.frames = rooms.frames;
        this.backed = rooms.spec.backing() == Backing.BYTES;
        this.zeroPage = rooms.zeroPage;
        this.meter = rooms.environment.meter();
        this.initiator = initiator;
        this.use = rooms.topology.kind(initiator) == NodeKind.DEVICE ? Uses.DEVICE : Uses.CPU;
        contexts.add(this);
    }

    /**
     * Makes the page at the address accessible, or throws.
     *
     * @param entry what the table said
     */
    abstract void fault(long address, Intent intent, long entry);

    /** {@return whether an atomic access may use the translation that writes may use}; asked inside the section */
    boolean allowsAtomics(long address) {
        return true;
    }

    /** {@return whether a translation may be used for the intent} */
    static boolean serves(long entry, Intent intent) {
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

    /** Enters a section in which the address is translated. */
    private void begin(long address, long alignMask, Intent intent) {
        if ((address & (alignMask | -Pages.ADDRESS_LIMIT)) != 0) {
            throw badAddress(address, alignMask + 1);
        }
        boolean write = intent != Intent.READ;
        for (; ; ) {
            enter();
            if (hits(address, write)) {
                if (intent == Intent.ATOMIC && !allowsAtomics(address)) {
                    exit();
                    fault(address, intent, Pte.NONE);
                    continue;
                }
                if (!backed && write) {
                    long pfn = pfn(address);
                    frames.stamp(pfn, nextStamp(frames.stamp(pfn), address));
                }
                return;
            }
            exit();
            fill(address, intent);
        }
    }

    private static long nextStamp(long stamp, long address) {
        return (stamp ^ address) * 0x9E3779B97F4A7C15L + 1;
    }

    private void end(long address, int bytes, Intent intent) {
        exit();
        charge(address, bytes, intent);
    }

    private void charge(long address, int bytes, Intent intent) {
        if (meter != null) {
            long pfn = pfn(address);
            long at = (pfn < 0 ? Meter.ZERO_PAGE : pfn << Pages.SHIFT) | address & Pages.OFFSET_MASK;
            meter.access(initiator, node(pfn), at, bytes, intent);
        }
    }

    private int node(long pfn) {
        return pfn < 0 ? initiator : frames.node(pfn);
    }

    /** Puts the translation into the TLB, after a fault if need be. */
    private void fill(long address, Intent intent) {
        if (closed) {
            throw MoraineException.caller(
                    Errno.EBADF,
                    "the context was closed before an access to 0x" + Long.toHexString(address) + "; attach another");
        }
        enterToFill();
        long entry = table.get(address);
        if (serves(entry, intent) && marked(address, entry, intent)) {
            if (Pte.kind(entry) == Pte.ZERO) {
                hold(address, false, -1, zeroPage);
            } else {
                hold(address, intent != Intent.READ, Pte.pfn(entry), frames.address(Pte.pfn(entry)));
            }
            exit();
            served();
            return;
        }
        exit();
        if (!serves(entry, intent)) {
            fault(address, intent, entry);
        }
    }

    /** The touch that missed has its translation. */
    void served() {}

    /** Sets young, and dirty for a write, in the entry. @return false when the entry changed meanwhile */
    private boolean marked(long address, long entry, Intent intent) {
        if (Pte.kind(entry) == Pte.ZERO) {
            return true;
        }
        long bits = Pte.YOUNG | (intent == Intent.READ ? 0 : Pte.DIRTY | Pte.SOFT_DIRTY);
        long head = Pte.large(entry) ? Pte.pfn(entry) & -Pages.PER_LARGE : Pte.pfn(entry);
        frames.young(head);
        frames.used(head, use);
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
        long host = enterToLoad(address, 0);
        if (host < 0) {
            return loadByte(address);
        }
        byte value = HostBytes.getByte(host);
        exit();
        return value;
    }

    private byte loadByte(long address) {
        begin(address, 0, Intent.READ);
        byte value = backed ? HostBytes.getByte(host(address)) : 0;
        end(address, 1, Intent.READ);
        return value;
    }

    @Override
    public final int getInt(long address) {
        long host = enterToLoad(address, 3);
        if (host < 0) {
            return loadInt(address);
        }
        int value = HostBytes.getInt(host);
        exit();
        return value;
    }

    private int loadInt(long address) {
        begin(address, 3, Intent.READ);
        int value = backed ? HostBytes.getInt(host(address)) : 0;
        end(address, 4, Intent.READ);
        return value;
    }

    @Override
    public final long getLong(long address) {
        long host = enterToLoad(address, 7);
        if (host < 0) {
            return loadLong(address);
        }
        long value = HostBytes.getLong(host);
        exit();
        return value;
    }

    private long loadLong(long address) {
        begin(address, 7, Intent.READ);
        long value = backed ? HostBytes.getLong(host(address)) : 0;
        end(address, 8, Intent.READ);
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
        long host = enterToStore(address, 0);
        if (host < 0) {
            store(address, value);
            return;
        }
        HostBytes.putByte(host, value);
        exit();
    }

    private void store(long address, byte value) {
        begin(address, 0, Intent.WRITE);
        if (backed) {
            HostBytes.putByte(host(address), value);
        }
        end(address, 1, Intent.WRITE);
    }

    @Override
    public final void putInt(long address, int value) {
        long host = enterToStore(address, 3);
        if (host < 0) {
            store(address, value);
            return;
        }
        HostBytes.putInt(host, value);
        exit();
    }

    private void store(long address, int value) {
        begin(address, 3, Intent.WRITE);
        if (backed) {
            HostBytes.putInt(host(address), value);
        }
        end(address, 4, Intent.WRITE);
    }

    @Override
    public final void putLong(long address, long value) {
        long host = enterToStore(address, 7);
        if (host < 0) {
            store(address, value);
            return;
        }
        HostBytes.putLong(host, value);
        exit();
    }

    private void store(long address, long value) {
        begin(address, 7, Intent.WRITE);
        if (backed) {
            HostBytes.putLong(host(address), value);
        }
        end(address, 8, Intent.WRITE);
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
        begin(address, 7, Intent.ATOMIC);
        boolean done = !backed || HostBytes.compareAndSet(host(address), expected, value);
        end(address, 8, Intent.ATOMIC);
        return done;
    }

    @Override
    public final long getAndAddLong(long address, long delta) {
        begin(address, 7, Intent.ATOMIC);
        long before = backed ? HostBytes.getAndAdd(host(address), delta) : 0;
        end(address, 8, Intent.ATOMIC);
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
            begin(at, 0, Intent.READ);
            try {
                if (backed) {
                    HostBytes.read(host(at), target, done, bytes);
                }
            } finally {
                exit();
            }
            charge(at, bytes, Intent.READ);
            done += bytes;
        }
    }

    @Override
    public final void write(long address, MemorySegment source) {
        checkRange(address, source.byteSize());
        for (long done = 0; done < source.byteSize(); ) {
            long at = address + done;
            int bytes = piece(at, source.byteSize() - done);
            begin(at, 0, Intent.WRITE);
            try {
                if (backed) {
                    HostBytes.write(source, done, host(at), bytes);
                }
            } finally {
                exit();
            }
            charge(at, bytes, Intent.WRITE);
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
            begin(at, 0, intent);
            node = node(pfn(at));
            end(at, piece, intent);
            done += piece;
        }
        return node;
    }

    /** Ends it: what it translated is void, and it translates nothing any more. */
    @Override
    public void close() {
        closed = true;
        voidTranslations();
        contexts.remove(this);
    }
}

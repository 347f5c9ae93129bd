package moraine.sim.workload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/** Flat memory that faults at random: however often a block tried, its next access may be refused again. */
final class FlatMemory implements DeviceAccess {
    static final long BASE = 1L << 20;

    private final MemorySegment memory;
    private final SplittableRandom random = new SplittableRandom(11);
    private final int oneIn;
    long faults;
    long touches;

    /**
     * Makes an access.
     *
     * @param oneIn of how many accesses one faults; 0 for none
     */
    FlatMemory(MemorySegment memory, int oneIn) {
        this.memory = memory;
        this.oneIn = oneIn;
    }

    private long offset(long address, long bytes) {
        if (oneIn > 0 && random.nextInt(oneIn) == 0) {
            faults++;
            throw PageFault.INSTANCE;
        }
        if (address < BASE || address + bytes > BASE + memory.byteSize()) {
            throw MoraineException.caller(Errno.EFAULT, "0x" + Long.toHexString(address) + " is not mapped");
        }
        if (Pages.floor(address) != Pages.floor(address + bytes - 1) || address % Math.min(8, bytes) != 0) {
            throw MoraineException.caller(Errno.EINVAL, "0x" + Long.toHexString(address) + " crosses or is unaligned");
        }
        return address - BASE;
    }

    @Override
    public byte getByte(long address) {
        return memory.get(ValueLayout.JAVA_BYTE, offset(address, 1));
    }

    @Override
    public int getInt(long address) {
        return memory.get(ValueLayout.JAVA_INT, offset(address, Integer.BYTES));
    }

    @Override
    public long getLong(long address) {
        return memory.get(ValueLayout.JAVA_LONG, offset(address, Long.BYTES));
    }

    @Override
    public float getFloat(long address) {
        return memory.get(ValueLayout.JAVA_FLOAT, offset(address, Float.BYTES));
    }

    @Override
    public double getDouble(long address) {
        return memory.get(ValueLayout.JAVA_DOUBLE, offset(address, Double.BYTES));
    }

    @Override
    public void putByte(long address, byte value) {
        memory.set(ValueLayout.JAVA_BYTE, offset(address, 1), value);
    }

    @Override
    public void putInt(long address, int value) {
        memory.set(ValueLayout.JAVA_INT, offset(address, Integer.BYTES), value);
    }

    @Override
    public void putLong(long address, long value) {
        memory.set(ValueLayout.JAVA_LONG, offset(address, Long.BYTES), value);
    }

    @Override
    public void putFloat(long address, float value) {
        memory.set(ValueLayout.JAVA_FLOAT, offset(address, Float.BYTES), value);
    }

    @Override
    public void putDouble(long address, double value) {
        memory.set(ValueLayout.JAVA_DOUBLE, offset(address, Double.BYTES), value);
    }

    @Override
    public boolean compareAndSetLong(long address, long expected, long value) {
        boolean equal = getLong(address) == expected;
        if (equal) {
            putLong(address, value);
        }
        return equal;
    }

    @Override
    public long getAndAddLong(long address, long delta) {
        long before = getLong(address);
        putLong(address, before + delta);
        return before;
    }

    @Override
    public void read(long address, MemorySegment target) {
        target.copyFrom(memory.asSlice(offset(address, target.byteSize()), target.byteSize()));
    }

    @Override
    public void write(long address, MemorySegment source) {
        memory.asSlice(offset(address, source.byteSize()), source.byteSize()).copyFrom(source);
    }

    @Override
    public int touch(long address, int bytes, Intent intent) {
        touches++;
        return 0;
    }

    @Override
    public void close() {}
}

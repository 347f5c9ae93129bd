package moraine.core.api.host;

import java.lang.foreign.MemorySegment;
import moraine.core.api.model.Intent;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Loads and stores to an address space by one processor. Values must be naturally aligned (EINVAL otherwise). Byte
 * order is the host's. On a machine without bytes, loads return 0 and stores change the frame's content stamp.
 */
@ProviderType
public interface MemoryAccess {
    byte getByte(long address);

    int getInt(long address);

    long getLong(long address);

    float getFloat(long address);

    double getDouble(long address);

    void putByte(long address, byte value);

    void putInt(long address, int value);

    void putLong(long address, long value);

    void putFloat(long address, float value);

    void putDouble(long address, double value);

    /** Atomically replaces a value. @return whether it was the expected one */
    boolean compareAndSetLong(long address, long expected, long value);

    /** Atomically adds. @return the value before */
    long getAndAddLong(long address, long delta);

    /**
     * Copies memory into an array or segment.
     *
     * @param address first byte, aligned to 8 unless the target is shorter
     * @param target receives {@code target.byteSize()} bytes
     */
    void read(long address, MemorySegment target);

    /** Copies an array or segment into memory. */
    void write(long address, MemorySegment source);

    /**
     * Makes an access without data: faults as a load or store would, sets young and dirty, charges for it.
     *
     * @param bytes how many, may cross pages
     * @return node of the last page touched
     */
    int touch(long address, int bytes, Intent intent);
}

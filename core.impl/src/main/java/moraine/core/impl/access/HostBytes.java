package moraine.core.impl.access;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Loads and stores at host addresses that a translation produced. */
@SuppressWarnings("restricted")
public final class HostBytes {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    /** The context has checked the alignment; these layouts spare a second check. */
    private static final ValueLayout.OfInt CHECKED_INT = ValueLayout.JAVA_INT_UNALIGNED;

    private static final ValueLayout.OfLong CHECKED_LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private HostBytes() {}

    static byte getByte(long host) {
        return ALL.get(ValueLayout.JAVA_BYTE, host);
    }

    static int getInt(long host) {
        return ALL.get(CHECKED_INT, host);
    }

    static long getLong(long host) {
        return ALL.get(CHECKED_LONG, host);
    }

    static void putByte(long host, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, host, value);
    }

    static void putInt(long host, int value) {
        ALL.set(CHECKED_INT, host, value);
    }

    static void putLong(long host, long value) {
        ALL.set(CHECKED_LONG, host, value);
    }

    static boolean compareAndSet(long host, long expected, long value) {
        return LONG.compareAndSet(ALL, host, expected, value);
    }

    static long getAndAdd(long host, long delta) {
        return (long) LONG.getAndAdd(ALL, host, delta);
    }

    public static void read(long host, MemorySegment target, long offset, long bytes) {
        MemorySegment.copy(ALL, host, target, offset, bytes);
    }

    public static void write(MemorySegment source, long offset, long host, long bytes) {
        MemorySegment.copy(source, offset, ALL, host, bytes);
    }
}

package moraine.core.impl.frames;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/** Memory outside the heap, by address: mapping, bulk set and copy, and the process-wide memory barrier. */
public final class NativeMemory {
    private static final boolean LINUX =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

    private static final int PROTECTION = 0x3;
    /** MAP_PRIVATE, MAP_ANONYMOUS, MAP_NORESERVE; the last two differ by system. */
    private static final int FLAGS = LINUX ? 0x4022 : 0x1042;

    private static final int MADV_HUGEPAGE = 14;
    private static final long SYS_MEMBARRIER = ARM ? 283 : 324;
    private static final int QUERY = 0;
    private static final int PRIVATE_EXPEDITED = 1 << 3;
    private static final int REGISTER_PRIVATE_EXPEDITED = 1 << 4;

    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    /** Odd factors of SplitMix64. */
    private static final long FIRST = 0xBF58476D1CE4E5B9L;

    private static final long SECOND = 0x94D049BB133111EBL;

    /** A critical call holds up the collector, so bulk work goes in pieces. */
    private static final long PIECE_BYTES = 64 << 10;

    private static final MethodHandle MMAP = handle(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP =
            handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE = handle(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle MEMSET = handle(
            "memset",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
            Linker.Option.critical(false));
    private static final MethodHandle MEMCPY = handle(
            "memcpy",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
            Linker.Option.critical(false));
    private static final MethodHandle SYSCALL = handle(
            "syscall",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(1));

    private static final boolean BARRIER = LINUX && registerBarrier();

    /** {@return address of fresh zeroed memory; both arguments multiples of the host's page size} */
    public long map(long bytes, long alignment) {
        long address = mmap(Math.addExact(bytes, alignment));
        long start = (address + alignment - 1) & -alignment;
        trim(address, start);
        trim(start + bytes, address + bytes + alignment);
        if (LINUX) {
            adviseLarge(start, bytes);
        }
        return start;
    }

    public void unmap(long address, long bytes) {
        trim(address, address + bytes);
    }

    public void memset(long address, int value, long bytes) {
        try {
            for (long done = 0; done < bytes; done += PIECE_BYTES) {
                long _ = (long) MEMSET.invokeExact(address + done, value, Math.min(PIECE_BYTES, bytes - done));
            }
        } catch (Throwable t) {
            throw broken("memset", t);
        }
    }

    /** Copies between ranges that do not overlap. */
    public void memcpy(long target, long source, long bytes) {
        try {
            for (long done = 0; done < bytes; done += PIECE_BYTES) {
                long _ = (long) MEMCPY.invokeExact(target + done, source + done, Math.min(PIECE_BYTES, bytes - done));
            }
        } catch (Throwable t) {
            throw broken("memcpy", t);
        }
    }

    /** {@return whether two ranges hold the same bytes} */
    public boolean same(long one, long other, long bytes) {
        return MemorySegment.mismatch(ALL, one, one + bytes, ALL, other, other + bytes) < 0;
    }

    /** {@return a number that ranges of equal bytes share; the length a multiple of 32} */
    long checksum(long address, long bytes) {
        long a = FIRST;
        long b = SECOND;
        long c = ~FIRST;
        long d = ~SECOND;
        for (long at = address; at < address + bytes; at += 4 * Long.BYTES) {
            a = (Long.rotateLeft(a, 27) ^ ALL.get(WORD, at)) * FIRST;
            b = (Long.rotateLeft(b, 31) ^ ALL.get(WORD, at + Long.BYTES)) * SECOND;
            c = (Long.rotateLeft(c, 33) ^ ALL.get(WORD, at + 2 * Long.BYTES)) * FIRST;
            d = (Long.rotateLeft(d, 29) ^ ALL.get(WORD, at + 3 * Long.BYTES)) * SECOND;
        }
        return mixed(mixed(mixed(mixed(a) ^ b) ^ c) ^ d);
    }

    /** {@return a number spread over 64 bits, one for one} */
    public static long mixed(long value) {
        long once = (value ^ value >>> 30) * FIRST;
        long twice = (once ^ once >>> 27) * SECOND;
        return twice ^ twice >>> 31;
    }

    /** {@return whether a range holds nothing but zeros; the length a multiple of 8} */
    boolean isZero(long address, long bytes) {
        long some = 0;
        for (long at = address; at < address + bytes && some == 0; at += Long.BYTES) {
            some = ALL.get(WORD, at);
        }
        return some == 0;
    }

    /** {@return whether {@link #membarrier} is to be had; without it both sides of a protocol need their own fence} */
    public boolean membarrierAvailable() {
        return BARRIER;
    }

    /** Makes every running thread of this process pass a full memory barrier before it returns. */
    public void membarrier() {
        long result = BARRIER ? membarrier(PRIVATE_EXPEDITED) : -1;
        if (result != 0) {
            throw new MoraineException(
                    Errno.EOPNOTSUPP,
                    Blame.INTERNAL,
                    "membarrier is not offered by this host; ask membarrierAvailable first");
        }
    }

    private static boolean registerBarrier() {
        long offered = membarrier(QUERY);
        return offered > 0 && (offered & PRIVATE_EXPEDITED) != 0 && membarrier(REGISTER_PRIVATE_EXPEDITED) == 0;
    }

    private static long membarrier(int command) {
        try {
            return (long) SYSCALL.invokeExact(SYS_MEMBARRIER, command, 0);
        } catch (Throwable t) {
            throw broken("membarrier", t);
        }
    }

    private static long mmap(long bytes) {
        long address;
        try {
            address = (long) MMAP.invokeExact(0L, bytes, PROTECTION, FLAGS, -1, 0L);
        } catch (Throwable t) {
            throw broken("mmap", t);
        }
        if (address == -1) {
            throw new MoraineException(
                    Errno.ENOMEM,
                    Blame.RESOURCES,
                    "the host refused to map " + bytes + " bytes of address space; give the nodes less capacity, or run"
                            + " without bytes behind frames");
        }
        return address;
    }

    private static void adviseLarge(long start, long bytes) {
        try {
            // Only a hint: a host without large pages serves small ones.
            int _ = (int) MADVISE.invokeExact(start, bytes, MADV_HUGEPAGE);
        } catch (Throwable t) {
            throw broken("madvise", t);
        }
    }

    private static void trim(long start, long end) {
        if (start == end) {
            return;
        }
        int result;
        try {
            result = (int) MUNMAP.invokeExact(start, end - start);
        } catch (Throwable t) {
            throw broken("munmap", t);
        }
        if (result != 0) {
            throw new MoraineException(
                    Errno.EINVAL,
                    Blame.INTERNAL,
                    "the host refused to unmap 0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end)
                            + "; the range was not mapped by map");
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup lookup = linker.defaultLookup();
        MemorySegment symbol = lookup.find(name).orElseThrow(() -> missing(name));
        return linker.downcallHandle(symbol, type, options);
    }

    private static MoraineException missing(String name) {
        return new MoraineException(
                Errno.EOPNOTSUPP, Blame.RESOURCES, "the C library has no " + name + "; Moraine needs Linux or macOS");
    }

    private static MoraineException broken(String name, Throwable cause) {
        return new MoraineException(
                Errno.EIO,
                Blame.INTERNAL,
                "downcall " + name + " threw " + cause.getClass().getName() + "; enable native access",
                cause);
    }
}

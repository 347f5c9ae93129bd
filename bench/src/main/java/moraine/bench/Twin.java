package moraine.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The same algorithms in C ({@code src/main/c}), called a round at a time so that the call itself costs nothing. Its
 * state is the library's: one of a process.
 */
@SuppressWarnings("restricted")
final class Twin {
    /** Names the library that {@code bench/run} compiled. */
    static final String PROPERTY = "moraine.twin";

    private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
    private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;
    private static final SymbolLookup LIBRARY = load();

    /** Pages of the node that all of it works on: enough for the largest duel. */
    private static final long PAGES = 1 << 17;

    private static final MethodHandle OPEN = handle("twin_open", FunctionDescriptor.of(ValueLayout.JAVA_INT, LONG));
    private static final MethodHandle ALLOCATE = handle("twin_allocate", FunctionDescriptor.ofVoid(LONG, INT));
    private static final MethodHandle MAP = handle("twin_map", FunctionDescriptor.ofVoid(LONG, INT, LONG, LONG));
    private static final MethodHandle FAULT =
            handle("twin_fault", FunctionDescriptor.of(ValueLayout.JAVA_LONG, POINTER, LONG, INT));
    private static final MethodHandle UNMAP = handle("twin_unmap", FunctionDescriptor.ofVoid(POINTER, LONG));
    private static final MethodHandle LOAD =
            handle("twin_load", FunctionDescriptor.of(ValueLayout.JAVA_LONG, POINTER, LONG));
    private static final MethodHandle FOLLOW =
            handle("twin_follow", FunctionDescriptor.of(ValueLayout.JAVA_LONG, LONG, LONG));
    private static final MethodHandle COPY =
            handle("twin_copy", FunctionDescriptor.ofVoid(POINTER, POINTER, LONG, LONG));
    private static final MethodHandle PAGEMAP =
            handle("twin_pagemap", FunctionDescriptor.of(ValueLayout.JAVA_LONG, LONG));

    static {
        call(() -> {
            if ((int) OPEN.invokeExact(PAGES) != 0) {
                throw new IllegalStateException("no room for " + PAGES + " pages; give the machine more memory");
            }
        });
    }

    private Twin() {}

    private static SymbolLookup load() {
        String library = System.getProperty(PROPERTY);
        if (library == null) {
            throw new IllegalStateException("-D" + PROPERTY + " names no library; start this with bench/run");
        }
        return SymbolLookup.libraryLookup(Path.of(library), Arena.global());
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), type);
    }

    /** {@return a copy of the numbers where C can read it, for good} */
    static MemorySegment words(long[] values) {
        MemorySegment copy = Arena.global().allocate(ValueLayout.JAVA_LONG, values.length);
        MemorySegment.copy(values, 0, copy, ValueLayout.JAVA_LONG, 0, values.length);
        return copy;
    }

    static void allocate(long times, int batch) {
        call(() -> {
            ALLOCATE.invokeExact(times, batch);
        });
    }

    static void map(long start, int count, long pages, long strideBytes) {
        call(() -> {
            MAP.invokeExact(start, count, pages, strideBytes);
        });
    }

    static void fault(MemorySegment addresses, long count, boolean zeroing) {
        call(() -> {
            long served = (long) FAULT.invokeExact(addresses, count, zeroing ? 1 : 0);
            if (served != count) {
                throw new IllegalStateException(served + " of " + count + " faults were served");
            }
        });
    }

    static void unmap(MemorySegment addresses, long count) {
        call(() -> {
            UNMAP.invokeExact(addresses, count);
        });
    }

    static void load(MemorySegment addresses, long count) {
        call(() -> {
            long _ = (long) LOAD.invokeExact(addresses, count);
        });
    }

    /** Follows a chain from place to place; the second word of each says where the next is. */
    static void follow(long first, long count) {
        call(() -> {
            long _ = (long) FOLLOW.invokeExact(first, count);
        });
    }

    static void copy(MemorySegment sources, MemorySegment targets, long count, long bytesEach) {
        call(() -> {
            COPY.invokeExact(sources, targets, count, bytesEach);
        });
    }

    /** Reads the kernel's entries of pages of 4 KiB that are there, all at once. */
    static void pagemap(long count) {
        call(() -> {
            long present = (long) PAGEMAP.invokeExact(count);
            if (present != count) {
                throw new IllegalStateException("/proc/self/pagemap shows " + present + " of " + count + " pages");
            }
        });
    }

    private interface Call {
        void run() throws Throwable;
    }

    private static void call(Call call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}

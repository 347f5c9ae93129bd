package moraine.core.impl.access;

import java.lang.invoke.VarHandle;
import moraine.core.impl.frames.NativeMemory;

/**
 * The store-load fence of access sections, split into a side that costs nothing and a side that pays for both.
 *
 * <p>A section is entered far more often than a shoot-down waits for one. Where the system has {@code membarrier},
 * entering only keeps the compiler from moving accesses across the mark, and the shoot-down makes every running thread
 * of the process pass a full fence. Elsewhere both sides use a full fence.
 *
 * <p>{@code releaseFence} with {@code acquireFence} is what keeps the compiler: HotSpot lets no memory access pass the
 * two together in either direction, and emits no instruction for them on x86. The stress tests hold it to that.
 */
public final class Fences {
    private static final NativeMemory NATIVE = new NativeMemory();

    /** Whether sections are entered without a fence instruction. */
    public static final boolean ASYMMETRIC = NATIVE.membarrierAvailable();

    private Fences() {}

    /** Between writing a mark and reading what it guards. */
    public static void light() {
        if (ASYMMETRIC) {
            VarHandle.releaseFence();
            VarHandle.acquireFence();
        } else {
            VarHandle.fullFence();
        }
    }

    /** Between changing what is guarded and reading the marks. */
    public static void heavy() {
        if (ASYMMETRIC) {
            NATIVE.membarrier();
        } else {
            VarHandle.fullFence();
        }
    }
}

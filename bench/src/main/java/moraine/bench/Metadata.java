package moraine.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import moraine.core.api.model.Backing;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.types.Types;

/** Bytes that the JVM allocates for frames, by its own count. */
final class Metadata {
    private static final long PAGES = 1L << 21;
    private static final long UNUSED_PAGES = 1L << 28;

    private Metadata() {}

    /** {@return bytes a page of a node of which every section is in use} */
    static Row.Figure used(Effort effort) {
        return measure(PAGES, Backing.BYTES, /* use= */ true);
    }

    /** {@return bytes a page of a node that was never used} */
    static Row.Figure unused(Effort effort) {
        return measure(UNUSED_PAGES, Backing.STAMPS, /* use= */ false);
    }

    private static Row.Figure measure(long pages, Backing backing, boolean use) {
        var frames = new Frames(backing, new Types(), new NativeMemory());
        long before = allocatedBytes();
        frames.addMemory(0, pages, 0);
        for (int section = 0; use && section < frames.sections(); section++) {
            frames.create(section);
        }
        long bytes = allocatedBytes() - before;
        frames.close();
        return new Row.Figure(
                (double) bytes / pages, String.format(Locale.ROOT, "%,d bytes allocated for %,d pages", bytes, pages));
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}

package moraine.bench.stress;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.model.Backing;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.frames.NativeMemory;
import moraine.core.impl.types.Types;

/** Records of frames that stand for no memory: more of them than there are states alive at once. */
final class Records {
    static final Frames FRAMES = new Frames(Backing.STAMPS, new Types(), new NativeMemory());

    private static final long COUNT = 1 << 21;
    private static final long FIRST = FRAMES.addMemory(0, COUNT, 0);
    private static final AtomicLong NEXT = new AtomicLong();

    static {
        for (int section = 0; section < FRAMES.sections(); section++) {
            FRAMES.create(section);
        }
    }

    private Records() {}

    /** {@return a frame in use: one reference, no mapping, not locked} */
    static long next() {
        long pfn = FIRST + NEXT.getAndIncrement() % COUNT;
        FRAMES.handOut(pfn, FrameWord.inUse(0, 0));
        return pfn;
    }
}

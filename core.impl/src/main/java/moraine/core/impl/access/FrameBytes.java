package moraine.core.impl.access;

import java.lang.foreign.MemorySegment;
import moraine.core.impl.frames.Frames;

/** Copies between segments and the bytes of frames that the caller holds a reference on. */
public final class FrameBytes {
    private FrameBytes() {}

    public static void read(Frames frames, long pfn, long offset, MemorySegment target) {
        HostBytes.read(frames.address(pfn) + offset, target, 0, target.byteSize());
    }

    public static void write(MemorySegment source, Frames frames, long pfn, long offset) {
        HostBytes.write(source, 0, frames.address(pfn) + offset, source.byteSize());
    }
}

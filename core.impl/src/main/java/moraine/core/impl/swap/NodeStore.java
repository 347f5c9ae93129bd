package moraine.core.impl.swap;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import moraine.core.api.model.Pages;
import moraine.core.impl.access.HostBytes;
import moraine.core.impl.cache.Store;
import moraine.core.impl.frames.NativeMemory;

/** Memory that stands for a storage node: pages by slot, in memory of the system that is there once it is written. */
final class NodeStore implements Store {
    private final NativeMemory memory = new NativeMemory();
    private final int unit;
    private final long bytes;
    private final long start;

    /** @param unit bytes of a page as {@link moraine.core.impl.cache.Content} gives it */
    NodeStore(int slots, int unit) {
        this.unit = unit;
        this.bytes = Pages.ceil((long) slots * unit);
        this.start = memory.map(bytes, Pages.SIZE);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void read(long index, int pages, ByteBuffer into) {
        HostBytes.read(start + index * unit, MemorySegment.ofBuffer(into.clear()), 0, (long) pages * unit);
    }

    @Override
    public void write(long index, int pages, ByteBuffer from, long end) {
        HostBytes.write(MemorySegment.ofBuffer(from.clear()), 0, start + index * unit, (long) pages * unit);
    }

    @Override
    public void resize(long newBytes) {
        throw new UnsupportedOperationException("a storage node keeps its size");
    }

    @Override
    public void force() {
        // nothing is on its way
    }

    @Override
    public void close() {
        memory.unmap(start, bytes);
    }
}

package moraine.bench;

import java.lang.foreign.MemorySegment;
import moraine.core.api.model.Pages;
import moraine.core.impl.frames.NativeMemory;

/** As many bytes as a duel moves, from scattered places to ascending ones, copied and nothing else. */
final class Copies implements Side {
    private final NativeMemory memory = new NativeMemory();
    private final long bytes;
    private final long bytesEach;
    private final int count;
    private final long from;
    private final long to;
    private final MemorySegment sources;
    private final MemorySegment targets;

    /** @param bytesEach copied at once */
    Copies(long bytes, long bytesEach) {
        this.bytes = bytes;
        this.bytesEach = bytesEach;
        count = (int) (bytes / bytesEach);
        from = memory.map(bytes, Pages.LARGE_SIZE);
        to = memory.map(bytes, Pages.LARGE_SIZE);
        var random = new long[count];
        var ascending = new long[count];
        for (int i = 0; i < count; i++) {
            random[i] = from + i * bytesEach;
            ascending[i] = to + i * bytesEach;
        }
        Ranges.shuffle(random);
        sources = Twin.words(random);
        targets = Twin.words(ascending);
    }

    @Override
    public void prepare() {
        memory.memset(from, 1, bytes);
    }

    @Override
    public void run() {
        Twin.copy(sources, targets, count, bytesEach);
    }

    void close() {
        memory.unmap(from, bytes);
        memory.unmap(to, bytes);
    }
}

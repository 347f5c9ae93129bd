package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import moraine.core.api.model.Pages;

/** What stands for a file on a machine without bytes: the stamp that each page was last written with. */
final class StampStore implements Store {
    private final Map<Long, Long> stamps = new HashMap<>();
    private long bytes;

    private StampStore(long bytes) {
        this.bytes = bytes;
    }

    /** Starts with the length that the file has. */
    static Store open(Path path) throws IOException {
        return new StampStore(Files.size(path));
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized void read(long index, int pages, ByteBuffer into) {
        into.clear();
        for (int i = 0; i < pages; i++) {
            into.putLong(stamps.getOrDefault(index + i, 0L));
        }
    }

    @Override
    public synchronized void write(long index, int pages, ByteBuffer from, long end) {
        from.clear();
        for (int i = 0; i < pages; i++) {
            stamps.put(index + i, from.getLong());
        }
        bytes = Math.max(bytes, Math.min(end, index + pages << Pages.SHIFT));
    }

    @Override
    public synchronized void resize(long newBytes) {
        bytes = newBytes;
        stamps.keySet().removeIf(index -> index << Pages.SHIFT >= newBytes);
    }

    @Override
    public void force() {
        // nothing is on its way
    }

    @Override
    public synchronized void close() {
        stamps.clear();
    }
}

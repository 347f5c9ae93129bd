package moraine.core.impl.cache;

import moraine.core.api.model.Pages;

/** A driver's buffer: all its pages are there as long as it is. */
public final class BufferObject extends CachedObject {
    private final long bytes;

    BufferObject(int id, long bytes) {
        super(id, Kind.BUFFER);
        this.bytes = bytes;
    }

    public long bytes() {
        return bytes;
    }

    @Override
    public long pages() {
        return bytes >>> Pages.SHIFT;
    }
}

package moraine.core.impl.cache;

/** A driver's buffer, to be mapped. */
final class BufferHandle extends CacheHandle {
    private final BufferObject buffer;
    private final String name;

    BufferHandle(PageCache cache, BufferObject buffer, String name) {
        super(cache, buffer, /* writable= */ true);
        this.buffer = buffer;
        this.name = name;
    }

    @Override
    String name() {
        return name;
    }

    @Override
    public long bytes() {
        return buffer.bytes();
    }
}

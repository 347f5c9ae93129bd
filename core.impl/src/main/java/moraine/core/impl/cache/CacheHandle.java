package moraine.core.impl.cache;

import moraine.core.api.host.Mappable;

/** What the cache hands out to be mapped. Whether it is closed is guarded by {@link CachedObjects}' monitor. */
abstract class CacheHandle implements Mappable {
    private final PageCache cache;
    private final CachedObject object;
    private final boolean writable;
    private volatile boolean closed;

    CacheHandle(PageCache cache, CachedObject object, boolean writable) {
        this.cache = cache;
        this.object = object;
        this.writable = writable;
    }

    /** {@return what it is a handle on, for people} */
    abstract String name();

    final PageCache cache() {
        return cache;
    }

    final CachedObject object() {
        return object;
    }

    /** {@return whether it may be changed through it} */
    public final boolean writable() {
        return writable;
    }

    final boolean closed() {
        return closed;
    }

    /** Closes it; {@link CachedObjects}' monitor is held. @return whether it was open */
    final boolean shut() {
        boolean was = closed;
        closed = true;
        return !was;
    }

    @Override
    public void close() {
        cache.close(this);
    }
}

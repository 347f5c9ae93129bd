package moraine.core.impl.cache;

import moraine.core.impl.rmap.MemoryObject;

/**
 * An object whose pages stay while a handle or a mapping is there. What it counts is guarded by {@link CachedObjects}'
 * monitor.
 */
public abstract class CachedObject extends MemoryObject {
    private int handles;
    private boolean ended;

    CachedObject(int id, Kind kind) {
        super(id, kind);
    }

    /** {@return its length in pages} */
    public abstract long pages();

    /** Counts handles, and calls that use one. @return how many now */
    final int hold(int change) {
        handles += change;
        return handles;
    }

    /** {@return whether it left the cache} */
    final boolean ended() {
        return ended;
    }

    final void end() {
        ended = true;
    }
}

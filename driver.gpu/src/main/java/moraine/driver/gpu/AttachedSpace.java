package moraine.driver.gpu;

import moraine.core.api.host.WorkerAccess;
import org.jspecify.annotations.Nullable;

/** An address space that the host attached to the device. */
final class AttachedSpace {
    private final int id;
    private final AccessCounters counters;

    /** One for each worker, made and closed by it alone: like the TLB of a multiprocessor, shared by its blocks. */
    private final @Nullable WorkerAccess[] accesses;

    private volatile boolean detached;

    AttachedSpace(int id, AccessCounters counters, int workers) {
        this.id = id;
        this.counters = counters;
        accesses = new WorkerAccess[workers];
    }

    int id() {
        return id;
    }

    AccessCounters counters() {
        return counters;
    }

    @Nullable
    WorkerAccess access(int worker) {
        return accesses[worker];
    }

    void access(int worker, @Nullable WorkerAccess access) {
        accesses[worker] = access;
    }

    boolean detached() {
        return detached;
    }

    void detach() {
        detached = true;
    }
}

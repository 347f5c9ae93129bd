package moraine.core.api.host;

import org.osgi.annotation.versioning.ProviderType;

/** A worker's way to one space, for the blocks that it runs one after another. Confined to the worker. */
@ProviderType
public interface WorkerAccess {
    /**
     * {@return what the blocks are given: usable between {@link #enter} and {@link #leave} only (EBADF otherwise), and
     * not theirs to close (EPERM)}
     */
    DeviceAccess memory();

    /** A block begins to run. */
    void enter();

    /** The block pauses, faulted or ended. */
    void leave();

    /** Gives the access back. */
    void release();
}

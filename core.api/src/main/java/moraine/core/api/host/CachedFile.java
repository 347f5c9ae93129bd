package moraine.core.api.host;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A file through the machine's page cache. Two handles of one file, and all mappings of it in all spaces, see the same
 * pages. Changes reach the file at {@link #sync}, at {@link #close}, and at the latest when the machine is closed. On a
 * machine without bytes nothing of the file is read or written but its length; pages carry stamps, which last as long
 * as the file is open or mapped.
 *
 * <p>EIO says that the system refused to read or write, in its own words (no space left, for one). Nothing is lost by
 * it: pages that could not be written stay dirty, and the next {@link #sync} writes them again.
 */
@ProviderType
public interface CachedFile extends Mappable {
    /** {@return the file's real path} */
    Path path();

    /** {@return whether this handle may change the file} */
    boolean writable();

    /**
     * Reads bytes at a position, as {@code pread} does.
     *
     * @return how many: fewer than asked for at the end of the file, 0 beyond it
     * @throws moraine.core.api.model.MoraineException EIO, ENOMEM; EINVAL for a negative position
     */
    long read(long position, MemorySegment target);

    /**
     * Writes bytes at a position, as {@code pwrite} does; beyond the end the file grows, and what lies between is zero.
     *
     * @throws moraine.core.api.model.MoraineException EBADF on a handle that is not writable, EIO, ENOMEM; pages before
     *     the failing one are written
     */
    void write(long position, MemorySegment source);

    /**
     * Writes all dirty pages to the file and waits until the device has them, as {@code fsync} does. What mappings
     * write meanwhile is either written too or stays dirty.
     *
     * @throws moraine.core.api.model.MoraineException EIO
     */
    void sync();

    /**
     * Sets the file's length, as {@code ftruncate} does. Pages wholly beyond it leave the cache and every mapping,
     * private copies included: a touch there is a bus error (SIGBUS).
     *
     * @throws moraine.core.api.model.MoraineException EBADF on a handle that is not writable, EIO, EINVAL for a
     *     negative length
     */
    void truncate(long bytes);

    /**
     * Writes what is dirty, then gives up the handle.
     *
     * @throws moraine.core.api.model.MoraineException EIO; the handle then stays open, so that nothing is lost
     */
    @Override
    void close();
}

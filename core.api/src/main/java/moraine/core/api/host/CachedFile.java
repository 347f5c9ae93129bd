package moraine.core.api.host;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import moraine.core.api.model.FileAdvice;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A file through the machine's page cache. Two handles of one file, and all mappings of it in all spaces, see the same
 * pages. Changes reach the file at {@link #sync}, at {@link #close}, and at the latest when the machine is closed; the
 * host also writes them back when they are old or many, and whoever changes pages when far too many are dirty waits for
 * that, a moment for each page. On a machine without bytes nothing of the file is read or written but its length; pages
 * carry stamps, which last as long as the file is open or mapped.
 *
 * <p>EIO says that the system refused to read or write, in its own words (no space left, for one). Nothing is lost by
 * it: pages that could not be written stay dirty, and those that were written and that the device then refused to keep
 * become so again, as far as they are still in the cache; the next {@link #sync} writes them again.
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
     * Says how bytes will be read by this handle. What a mapping does is said with {@link AddressSpace#advise}.
     *
     * @param position of the first byte; only WILLNEED speaks of a range, the others of the handle
     * @param bytes how many; 0 for all to the end of the file
     * @throws moraine.core.api.model.MoraineException EINVAL for a negative position or length
     */
    void advise(long position, long bytes, FileAdvice advice);

    /**
     * Takes pages out of the cache that lie wholly within a range, are clean, and that no mapping shows and nobody
     * holds, as {@code posix_fadvise} does with {@code POSIX_FADV_DONTNEED}. The next read brings them in again.
     *
     * @param bytes how many; 0 for all to the end of the file
     * @return pages that are out
     * @throws moraine.core.api.model.MoraineException EINVAL for a negative position or length
     */
    long invalidate(long position, long bytes);

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

package moraine.core.api.host;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Pages held where they are, for somebody who uses physical memory without translating: {@link #read} and
 * {@link #write} go to the pinned frames whatever becomes of the mapping. While a page is pinned it is neither moved,
 * evicted, converted nor split, and a write after a fork leaves it to whom pinned it.
 *
 * <p>A pin outlives its mapping and its space; the frames are free when the pin is closed too. It ends with the
 * machine: then every call but {@link #close} fails with EBADF. May be used by any thread.
 */
@ProviderType
public interface Pin extends AutoCloseable {
    /** {@return how many pages of 4 KiB it holds} */
    long pages();

    /**
     * {@return node of a page, the same until the pin is closed}
     *
     * @param index from 0
     * @throws moraine.core.api.model.MoraineException EINVAL for a page that it does not hold
     */
    int node(long index);

    /**
     * Copies out of the pinned frames.
     *
     * @param offset first byte, from the pinned range's start
     * @param target receives {@code target.byteSize()} bytes
     * @throws moraine.core.api.model.MoraineException EINVAL beyond the range, EBADF when it is closed
     */
    void read(long offset, MemorySegment target);

    /**
     * Copies into the pinned frames. A file's page is written back with it: a pin for writing keeps the file open.
     *
     * @param offset first byte, from the pinned range's start
     * @throws moraine.core.api.model.MoraineException EPERM when it was pinned for reading, else as {@link #read}
     */
    void write(long offset, MemorySegment source);

    /**
     * Lets the pages go; idempotent. Where it was the last to keep a file open, that is written back; what the system
     * refuses stays in the cache until the file is opened again or the machine is closed.
     */
    @Override
    void close();
}

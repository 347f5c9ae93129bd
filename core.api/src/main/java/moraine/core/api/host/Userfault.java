package moraine.core.api.host;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A range whose missing pages an external handler fills, as Linux userfaultfd does in its MISSING mode. A page is
 * missing when it has no entry; once it has one, only unmapping makes it missing again. The registration belongs to the
 * mapping: a fork's child and a moved mapping do not have it. All methods may be called by any thread.
 */
@ProviderType
public interface Userfault extends AutoCloseable {
    long address();

    long bytes();

    /**
     * Fills missing pages with bytes and wakes who waits for them.
     *
     * @param address of the first page
     * @param source whole pages
     * @throws moraine.core.api.model.MoraineException EEXIST when one is no longer missing (those before it are
     *     filled), ENOENT when it is not in the registered range any more, ENOMEM, EINVAL for what is not whole pages
     */
    void fill(long address, MemorySegment source);

    /**
     * Makes a missing page zero and wakes who waits for it.
     *
     * @throws moraine.core.api.model.MoraineException as {@link #fill}
     */
    void zero(long address);

    /** Ends the registration: who waits tries again and finds plain anonymous memory. Idempotent. */
    @Override
    void close();
}

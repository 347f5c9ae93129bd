package moraine.core.api.host;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Something that {@link AddressSpace#mmap(moraine.core.api.model.MapRequest, Mappable, long)} can show: a file in the
 * page cache, or a buffer that a driver filled. All methods may be called by any thread. Closing gives up this handle
 * only: mappings made through it stay, and keep what they show until the last one is unmapped.
 */
@ProviderType
public interface Mappable extends AutoCloseable {
    /** {@return its length in bytes, now} */
    long bytes();

    /** Gives up the handle; idempotent. Later calls on it, and mappings of it, fail with EBADF. */
    @Override
    void close();
}

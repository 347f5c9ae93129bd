package moraine.core.api.host;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A CPU thread's way to an address space: software TLB and access section. Confined to the thread that uses it first
 * after {@link AddressSpace#attach}. Accesses fault as hardware would; one that cannot be completed throws EFAULT (no
 * mapping or forbidden), SIGBUS (lost page, or beyond the end of a file), ENOMEM (no page in the allowed nodes) or
 * ETIMEDOUT (a {@link UserfaultHandler} did not fill the page in time).
 */
@ProviderType
public interface CpuContext extends MemoryAccess, AutoCloseable {
    AddressSpace space();

    int node();

    @Override
    void close();
}

package moraine.core.api.host;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A CPU thread's way to an address space: software TLB and access section. Confined to the thread that uses it first
 * after {@link AddressSpace#attach}. Accesses fault as hardware would; one that cannot be completed throws EFAULT (no
 * mapping or forbidden), SIGBUS (lost page) or ENOMEM (no page in the allowed nodes).
 */
@ProviderType
public interface CpuContext extends MemoryAccess, AutoCloseable {
    AddressSpace space();

    int node();

    @Override
    void close();
}

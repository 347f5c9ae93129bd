package moraine.core.api.host;

import moraine.core.api.model.MemoryPolicy;
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

    /**
     * Gives the task whose context this is a memory policy: it holds for the pages that its touches make, where their
     * range has none (Linux set_mempolicy).
     *
     * @param policy {@link MemoryPolicy#DEFAULT} for the space's
     * @throws moraine.core.api.model.MoraineException ENODEV, EINVAL for one that leaves no node, as
     *     {@link AddressSpace#mbind}
     */
    void memoryPolicy(MemoryPolicy policy);

    /** {@return the task's memory policy, as it was given} */
    MemoryPolicy memoryPolicy();

    @Override
    void close();
}

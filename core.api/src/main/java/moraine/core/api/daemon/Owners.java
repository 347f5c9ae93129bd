package moraine.core.api.daemon;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Whose pages of a node were used, by CPUs and by devices, as one round of {@link Tick#census} met them. Confined to
 * the daemon that asked for it.
 */
@ProviderType
public interface Owners {
    /** {@return how many tenants have pages there} */
    int size();

    /** {@return the tenant's place in the machine's list of tenants} */
    int tenant(int row);

    /** {@return its pages on the node} */
    long residentPages(int row);

    /** {@return pages that a CPU used since the last round} */
    long usedByCpu(int row);

    /** {@return pages that a device used since the last round} */
    long usedByDevice(int row);

    /** {@return pages that nobody used for at least so many rounds; none is counted for more than 63} */
    long unusedPages(int row, int rounds);
}

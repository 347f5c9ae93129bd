package moraine.core.api.daemon;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Pages that came to be elsewhere, or nowhere, because the node that was wanted had no room, in rows by tenant, node
 * wanted and node got. Confined to the daemon that asked for it.
 */
@ProviderType
public interface Fallbacks {
    /** Stands for the node of pages that came to be nowhere, or stayed where they were. */
    int NOWHERE = -1;

    /** {@return how many rows there are} */
    int size();

    /** {@return the tenant's place in the machine's list of tenants} */
    int tenant(int row);

    /** {@return the node that was wanted, the first that the request's list led to} */
    int wanted(int row);

    /** {@return the node that was got, or {@link #NOWHERE}} */
    int got(int row);

    long pages(int row);
}

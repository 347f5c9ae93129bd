package moraine.core.api.policy;

import org.osgi.annotation.versioning.ProviderType;

/** A node that runs low on pages. Valid during the callback only. */
@ProviderType
public interface Pressure {
    int node();

    long wantedPages();

    /** Names a page to evict, by frame. */
    void evict(long pfn);
}

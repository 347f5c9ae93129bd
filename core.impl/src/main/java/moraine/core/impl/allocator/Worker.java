package moraine.core.impl.allocator;

import java.util.Objects;
import moraine.core.api.model.Reason;
import moraine.core.impl.tenants.Tenants;
import org.jspecify.annotations.Nullable;

/** What one thread or actor brings to the allocator: a request to fill, and caches of free frames. Confined to it. */
public final class Worker {
    static final int NODES = 64;

    public final AllocRequest request = new AllocRequest();

    /** What a request was, while another takes its place. */
    public final AllocRequest spare = new AllocRequest();

    /** The last request that was refused, those for the sake of others left out. */
    public final AllocRequest refused = new AllocRequest();
    /** Order of the folio that it was for, and the node that it wanted, -1 for none. */
    public int refusedOrder;

    public int refusedNode = -1;

    /** What did not get the node that it wanted. */
    final FallbackCounts fallbacks = new FallbackCounts();
    /** Node that the last request that walked wanted and that had no room, -1 for none. */
    public int missed = -1;

    /** By node; null until the worker first meets the node. */
    final FrameCache[] caches = new FrameCache[NODES];

    Worker() {}

    /*
     * The way the last plain request for one frame went: most requests are like the one before, and then their zonelist
     * need not be walked again. Valid for the same zonelists and the same state of the tenant.
     */
    private @Nullable Zonelists pathLists;
    private Tenants.@Nullable Tenant pathTenant;
    private @Nullable Reason pathReason;
    private int pathInitiator;
    private boolean pathSpills;
    private @Nullable FrameCache pathCache;
    /** Word 0 of a frame that the way leads to. */
    long pathWord;

    /** {@return the cache that the request leads to for one frame, null when the zonelist says} */
    @SuppressWarnings("ReferenceEquality")
    @Nullable
    FrameCache path(Zonelists lists, Tenants.Tenant tenant, AllocRequest request) {
        return pathLists == lists
                        && pathTenant == tenant
                        && pathReason == request.reason
                        && pathInitiator == request.initiator
                        && pathSpills == request.maySpill
                        && request.plain()
                ? pathCache
                : null;
    }

    void path(Zonelists lists, Tenants.Tenant tenant, AllocRequest request, FrameCache cache, long word) {
        pathLists = lists;
        pathTenant = tenant;
        pathReason = request.reason;
        pathInitiator = request.initiator;
        pathSpills = request.maySpill;
        pathCache = cache;
        pathWord = word;
    }

    void forgetPath() {
        pathLists = null;
    }

    int cached(Zone zone) {
        FrameCache cache = caches[zone.node];
        return cache != null && Objects.equals(cache.zone, zone) ? cache.count : 0;
    }

    long charged(int tenant, int node) {
        FrameCache cache = caches[node];
        return cache == null ? 0 : cache.charged(tenant);
    }
}

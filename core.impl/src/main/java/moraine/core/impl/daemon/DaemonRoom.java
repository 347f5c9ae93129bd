package moraine.core.impl.daemon;

import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import org.jspecify.annotations.Nullable;

/** What the mechanism does for one daemon; one call at a time. */
public interface DaemonRoom {
    /** As {@link moraine.core.api.daemon.Tick#scan}, until a time of the machine's clock. */
    int scan(int node, Attribute service, FolioList into, long endNs);

    /** {@return why pages may not be moved to a node for a cause, or null} */
    @Nullable
    String refusal(int node, Cause cause);

    /**
     * As {@link moraine.core.api.daemon.Tick#move}, to a node that is not refused.
     *
     * @param mover as histories name it
     * @param mostPages how many may move
     */
    int move(FolioList folios, int node, Cause cause, int mover, long mostPages);

    /** As {@link moraine.core.api.daemon.Tick#fallbacks}. */
    int fallbacks(FallbackList into);

    /** As {@link moraine.core.api.daemon.Tick#census}, until a time of the machine's clock. */
    boolean census(int node, OwnerList into, long endNs);

    /** As {@link moraine.core.api.daemon.Tick#hint}, until a time of the machine's clock. */
    int hint(FolioList folios, long endNs);

    /** As {@link moraine.core.api.daemon.Tick#hintFaults}. */
    int hintFaults(HintFaultList into);

    /**
     * As {@link moraine.core.api.daemon.Tick#merge}, until a time of the machine's clock.
     *
     * @param mover as histories name it
     * @param mostPages how many may be merged
     */
    int merge(FolioList folios, MergeRules rules, long round, int mover, long endNs, long mostPages);

    /**
     * As {@link moraine.core.api.daemon.Tick#reclaim}, until a time of the machine's clock.
     *
     * @param mostPages how many may go
     */
    int reclaim(FolioList folios, long mostPages, long endNs);

    /** Gives back what it holds; no call is under way, and none comes after. */
    void close();
}

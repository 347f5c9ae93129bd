package moraine.core.impl.daemon;

import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Stat;
import moraine.core.impl.types.Types;

/** What a daemon's move for a cause needs and counts. */
@SuppressWarnings("ImmutableEnumChecker") // lists made by List.of
enum MoveRule {
    DEMOTION(Cause.DEMOTION, Reason.DEMOTION, Attribute.DEMOTION_TARGET, Stat.PGDEMOTE, Stat.PGSTEAL),
    YIELD(Cause.YIELD, Reason.DEMOTION, Attribute.DEMOTION_TARGET, Stat.YIELDED),
    PROMOTION(Cause.PROMOTION, Reason.PROMOTION, Attribute.HINT_FAULTABLE, Stat.PGPROMOTE_SUCCESS, Stat.NUMA_MIGRATED),
    BALANCE(Cause.BALANCE, Reason.PROMOTION, Attribute.HINT_FAULTABLE, Stat.NUMA_MIGRATED);

    private final Cause cause;
    private final Reason reason;
    private final Attribute needed;
    private final List<Stat> counts;

    MoveRule(Cause cause, Reason reason, Attribute needed, Stat... counts) {
        this.cause = cause;
        this.reason = reason;
        this.needed = needed;
        this.counts = List.of(counts);
    }

    /** @throws MoraineException EINVAL when no daemon moves pages for it */
    static MoveRule of(Cause cause) {
        for (MoveRule rule : values()) {
            if (rule.cause == cause) {
                return rule;
            }
        }
        throw MoraineException.caller(
                Errno.EINVAL,
                "a daemon moves no page because of " + cause + "; name " + Cause.DEMOTION + ", " + Cause.YIELD + ", "
                        + Cause.PROMOTION + " or " + Cause.BALANCE);
    }

    /** {@return why they move, as histories tell it} */
    Cause cause() {
        return cause;
    }

    /** {@return why the pages are allocated} */
    Reason reason() {
        return reason;
    }

    /** {@return what a device's memory has to be to take them} */
    Attribute needed() {
        return needed;
    }

    /** {@return whether pages of a type leave it for this} What somebody yields is taken from it as by reclaim. */
    boolean leaves(Types types, int type) {
        return this != YIELD || types.has(type, Attribute.RECLAIMABLE);
    }

    void asked(Agent agent, int pages) {
        if (this == PROMOTION) {
            agent.count(Stat.PGPROMOTE_CANDIDATE, pages);
        }
    }

    void moved(Agent agent, int pages) {
        for (Stat stat : counts) {
            agent.count(stat, pages);
        }
    }
}

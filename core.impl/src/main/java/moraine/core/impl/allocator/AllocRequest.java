package moraine.core.impl.allocator;

import moraine.core.api.model.Intent;
import moraine.core.api.model.Reason;
import moraine.core.api.model.RequestBit;

/**
 * What somebody wants a frame for. It belongs to a {@link Worker} and is filled anew for each allocation:
 * {@link #reset} first, then the fields that differ from its defaults.
 */
@SuppressWarnings("EnumOrdinal")
public final class AllocRequest {
    private static final int EXPLICIT = 1 << RequestBit.EXPLICIT_MASK.ordinal();
    private static final int NAMED = 1 << RequestBit.NAMED_NODE.ordinal();
    private static final int DEVICE = 1 << RequestBit.DEVICE.ordinal();
    private static final int MIGRATION = 1 << RequestBit.MIGRATION.ordinal();

    /** Reasons that move a page. */
    private static final int MOVES = set(
            Reason.BRING_BACK,
            Reason.USER_MIGRATE,
            Reason.POLICY_MIGRATE,
            Reason.EVICTION,
            Reason.CONVERSION,
            Reason.REMOVAL,
            Reason.DEMOTION,
            Reason.PROMOTION);
    /** Reasons under which a page has to go somewhere whatever its tenant may have and hold. */
    private static final int FORCED = set(Reason.BRING_BACK, Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL);

    /** Reasons under which a page goes somewhere for others' sake, so that nobody lacks what it does not get. */
    private static final int FOR_OTHERS = set(Reason.EVICTION, Reason.CONVERSION, Reason.REMOVAL, Reason.DEMOTION);

    public Reason reason = Reason.CPU_FAULT;
    public Intent intent = Intent.WRITE;
    /** Node whose processor asks. */
    public int initiator;

    public int tenant;
    /** Nodes that the request itself names, by {@code mbind} say; 0 for none. */
    public long explicitMask;
    /** Whether all nodes are open when those of the explicit mask are full. */
    public boolean maskPreferred;
    /** Node whose list is walked instead of the initiator's, unless one is named; -1 for none. */
    public int home = -1;
    /** Nodes left by limits that are not the request's; -1 for all. */
    public long effectiveMask = -1;
    /** Whether the fallback list is walked, or the one without fallback. */
    public boolean maySpill = true;
    /** Node whose list is walked, -1 for what list selection says. */
    public int namedNode = -1;
    /** How far the last pages of a node are open to it. */
    public Reserve reserve = Reserve.NONE;
    /** Whether it serves a driver; a device's fault does without saying. */
    public boolean device;
    /** Whether who asks says itself what was wanted and what it got, see {@link Allocator#fellBack}. */
    public boolean quiet;
    /** The reserve that goes with the reason. */
    private Reserve usualReserve = Reserve.NONE;

    /** Makes it a plain request; {@return this} */
    public AllocRequest reset(Reason newReason, Intent newIntent, int newInitiator, int newTenant) {
        kind(newReason, newIntent);
        initiator = newInitiator;
        tenant = newTenant;
        explicitMask = 0;
        maskPreferred = false;
        home = -1;
        effectiveMask = -1;
        maySpill = true;
        namedNode = -1;
        device = newReason == Reason.DEVICE_FAULT;
        quiet = false;
        return this;
    }

    /** Most requests are of the kind of the one before, and storing an object costs more than comparing it. */
    private void kind(Reason newReason, Intent newIntent) {
        if (reason != newReason) {
            reason = newReason;
            usualReserve = reserve(newReason);
        }
        if (reserve != usualReserve) {
            reserve = usualReserve;
        }
        if (intent != newIntent) {
            intent = newIntent;
        }
    }

    /** Makes it the same as another; {@return this} */
    public AllocRequest set(AllocRequest other) {
        reset(other.reason, other.intent, other.initiator, other.tenant);
        explicitMask = other.explicitMask;
        maskPreferred = other.maskPreferred;
        home = other.home;
        effectiveMask = other.effectiveMask;
        maySpill = other.maySpill;
        namedNode = other.namedNode;
        reserve = other.reserve;
        device = other.device;
        quiet = other.quiet;
        return this;
    }

    /**
     * {@return what admission tests may ask for, a bit for each {@link RequestBit}} A node is named by a request that
     * takes no other; preferring one is not naming it.
     */
    public int bits() {
        return (explicitMask != 0 ? EXPLICIT : 0)
                | (namedNode >= 0 && !maySpill ? NAMED : 0)
                | (device ? DEVICE : 0)
                | (in(MOVES) ? MIGRATION : 0);
    }

    /** {@return whether it is charged over quota, and served from nodes closed to its tenant} */
    public boolean forced() {
        return in(FORCED);
    }

    /**
     * {@return whether its tenant lacks the node that it did not get} Who gets no folio asks for single pages, and
     * lacks those.
     *
     * @param failed whether it got no other node either
     */
    boolean wants(boolean failed, int order) {
        return !quiet && !in(FOR_OTHERS) && (!failed || order == 0 || reason == Reason.LARGE_ONLY);
    }

    /** {@return whether it is for the sake of others, so that nobody lacks what it does not get} */
    boolean forOthers() {
        return in(FOR_OTHERS);
    }

    /** {@return whether nothing but reason, initiator, tenant and spilling decides where it leads} */
    boolean plain() {
        return explicitMask == 0 && effectiveMask == -1 && namedNode == -1 && home == -1;
    }

    private static Reserve reserve(Reason why) {
        return switch (why) {
            case BRING_BACK -> Reserve.BRING_BACK;
            case EVICTION, REMOVAL -> Reserve.EVICTION;
            default -> Reserve.NONE;
        };
    }

    private boolean in(int reasons) {
        return (reasons >>> reason.ordinal() & 1) != 0;
    }

    private static int set(Reason... reasons) {
        int bits = 0;
        for (Reason reason : reasons) {
            bits |= 1 << reason.ordinal();
        }
        return bits;
    }
}

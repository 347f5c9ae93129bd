package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Reason;

/**
 * What a migration is to do. Mutable, one an agent, so that ordering one allocates nothing.
 *
 * <p>A named destination takes pages or the slot fails; without one, pages go where the initiator's zonelist leads.
 */
public final class Order {
    private static final int ANY = -1;
    private static final int SYSTEM = -2;
    /** Passes of an order that insists (Linux NR_MAX_MIGRATE_PAGES_RETRY). */
    private static final int MOST_PASSES = 10;

    int target = -1;
    private int sources = ANY;
    int initiator;
    int mover;
    Reason reason = Reason.USER_MIGRATE;
    Cause cause = Cause.USER;
    Cause neighbours = Cause.USER;
    long hotStart;
    long hotEnd;
    boolean holes;
    /** Times that pages are tried which somebody else holds. */
    int passes = 1;

    /**
     * Moves pages to a node, or not at all.
     *
     * @param node destination, as whose processor the allocation is made
     */
    public Order to(int node, Reason why, Cause becauseOf, int whom) {
        target = node;
        initiator = node;
        return because(why, becauseOf, whom);
    }

    /** Moves pages off where they are, to where an initiator's zonelist leads. */
    public Order off(int fromWhom, Reason why, Cause becauseOf, int whom) {
        target = -1;
        initiator = fromWhom;
        return because(why, becauseOf, whom);
    }

    private Order because(Reason why, Cause becauseOf, int whom) {
        reason = why;
        cause = becauseOf;
        neighbours = becauseOf;
        mover = whom;
        hotStart = 0;
        hotEnd = Long.MAX_VALUE;
        holes = false;
        passes = 1;
        sources = ANY;
        return this;
    }

    /** Tries pages that somebody else holds for a moment a few times, as an application may expect. */
    public Order insisting() {
        passes = MOST_PASSES;
        return this;
    }

    /** Takes pages of system memory only. */
    public Order fromSystem() {
        sources = SYSTEM;
        return this;
    }

    /** Takes pages of one node only. */
    public Order from(int node) {
        sources = node;
        return this;
    }

    /** {@return whether only certain pages are to move} */
    boolean selective() {
        return sources != ANY;
    }

    /** {@return whether pages of a node are to move} */
    boolean takes(int node, NodeKind kind) {
        return sources == SYSTEM ? kind != NodeKind.DEVICE : sources == ANY || sources == node;
    }

    /** Says which part of the range was touched; the rest comes along as {@link Cause#PREFETCH}. */
    public Order hot(long start, long end) {
        hotStart = start;
        hotEnd = end;
        neighbours = Cause.PREFETCH;
        return this;
    }

    /** Makes holes and zero pages of private memory at the destination directly. */
    public Order withHoles() {
        holes = true;
        return this;
    }

    Cause causeOf(long address) {
        return address >= hotStart && address < hotEnd ? cause : neighbours;
    }
}

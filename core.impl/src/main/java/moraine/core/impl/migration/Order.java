package moraine.core.impl.migration;

import moraine.core.api.model.Cause;
import moraine.core.api.model.Reason;

/**
 * What a migration is to do. Mutable, one an agent, so that ordering one allocates nothing.
 *
 * <p>A named destination takes pages or the slot fails; without one, pages go where the initiator's zonelist leads.
 */
public final class Order {
    int target = -1;
    int initiator;
    int mover;
    Reason reason = Reason.USER_MIGRATE;
    Cause cause = Cause.USER;
    Cause neighbours = Cause.USER;
    long hotStart;
    long hotEnd;
    boolean holes;

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
        return this;
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

package moraine.core.impl.frames;

import moraine.core.api.model.Cause;

/**
 * Where a page has been, as the third word of a frame's record; it travels with the page.
 *
 * <pre>
 *  63                                 25 24        17 16   12 11      5 4     0
 * +-------------------------------------+------------+-------+---------+-------+
 * |         since, 4096 ns units        |   mover    | cause | node+1  | cost  |
 * +-------------------------------------+------------+-------+---------+-------+
 * </pre>
 *
 * Cost is the number of its significant bits, 0 for unknown; since and cost saturate.
 */
@SuppressWarnings("EnumOrdinal")
public final class History {
    private static final int COST_BITS = 5;
    private static final int NODE_SHIFT = COST_BITS;
    private static final int NODE_BITS = 7;
    private static final int CAUSE_SHIFT = NODE_SHIFT + NODE_BITS;
    private static final int CAUSE_BITS = 5;
    private static final int MOVER_SHIFT = CAUSE_SHIFT + CAUSE_BITS;
    private static final int MOVER_BITS = 8;
    private static final int SINCE_SHIFT = MOVER_SHIFT + MOVER_BITS;
    private static final int SINCE_BITS = 39;

    /** Nanoseconds in a unit of time, as a shift. */
    private static final int UNIT_SHIFT = 12;

    private static final Cause[] CAUSES = Cause.values();

    private History() {}

    /**
     * {@return a history word}
     *
     * @param sinceNs on the machine's clock, below 0 counts as 0
     * @param mover of {@link Movers}
     * @param cause why the page came
     * @param previousNode where it was, -1 for nowhere
     * @param costNs what it cost, 0 when unknown
     */
    public static long pack(long sinceNs, int mover, Cause cause, int previousNode, long costNs) {
        long since = Math.min(Math.max(sinceNs, 0) >>> UNIT_SHIFT, mask(SINCE_BITS));
        long cost = costNs <= 0 ? 0 : Math.min(Long.SIZE - Long.numberOfLeadingZeros(costNs), mask(COST_BITS));
        return since << SINCE_SHIFT
                | (mover & mask(MOVER_BITS)) << MOVER_SHIFT
                | (long) cause.ordinal() << CAUSE_SHIFT
                | ((previousNode + 1) & mask(NODE_BITS)) << NODE_SHIFT
                | cost;
    }

    /** {@return when the page came, rounded down to 4096 ns} */
    public static long sinceNs(long word) {
        return word >>> SINCE_SHIFT << UNIT_SHIFT;
    }

    /** {@return a time of the machine's clock as histories keep it} */
    public static long floor(long nowNs) {
        return Math.max(nowNs, 0) >>> UNIT_SHIFT << UNIT_SHIFT;
    }

    public static int mover(long word) {
        return (int) (word >>> MOVER_SHIFT & mask(MOVER_BITS));
    }

    public static Cause cause(long word) {
        return CAUSES[(int) (word >>> CAUSE_SHIFT & mask(CAUSE_BITS))];
    }

    public static int previousNode(long word) {
        return (int) (word >>> NODE_SHIFT & mask(NODE_BITS)) - 1;
    }

    /** {@return the cost rounded down to a power of two, 0 when unknown} */
    public static long costNs(long word) {
        long bits = word & mask(COST_BITS);
        return bits == 0 ? 0 : 1L << (bits - 1);
    }

    private static long mask(int bits) {
        return (1L << bits) - 1;
    }
}

package moraine.core.impl.mempolicy;

/** Arithmetic on sets of nodes, a bit each, as Linux bitmap_remap and bitmap_onto define it. */
public final class NodeMask {
    private NodeMask() {}

    /**
     * {@return where nodes go when one set takes the place of another} The n-th node of the old set becomes the n-th of
     * the new one, modulo its size; a node outside the old set stays if the new one has it.
     */
    static long remap(long nodes, long from, long to) {
        if (to == 0) {
            return 0;
        }
        long result = nodes & ~from & to;
        for (long rest = nodes & from; rest != 0; rest &= rest - 1) {
            int position = Long.bitCount(from & Long.lowestOneBit(rest) - 1);
            result |= 1L << nth(to, position % Long.bitCount(to));
        }
        return result;
    }

    /** {@return the nodes of a set at given positions, modulo its size} */
    static long onto(long positions, long set) {
        long result = 0;
        for (long rest = positions; rest != 0 && set != 0; rest &= rest - 1) {
            result |= 1L << nth(set, Long.numberOfTrailingZeros(rest) % Long.bitCount(set));
        }
        return result;
    }

    /** {@return the n-th node of a set, counted from 0} */
    static int nth(long set, int n) {
        long rest = set;
        for (int i = 0; i < n; i++) {
            rest &= rest - 1;
        }
        return Long.numberOfTrailingZeros(rest);
    }

    /** {@return the node to which one of {@code from} maps when {@code to} takes its place, -1 outside} */
    public static int counterpart(int node, long from, long to) {
        long bit = 1L << node;
        return (from & bit) == 0 || to == 0 ? -1 : Long.numberOfTrailingZeros(remap(bit, from, to));
    }
}

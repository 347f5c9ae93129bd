package moraine.core.api.model;

import java.util.stream.IntStream;

/**
 * A set of node ids from 0 to 63.
 *
 * @param bits one bit a node
 */
public record NodeSet(long bits) {
    public static final NodeSet EMPTY = new NodeSet(0);
    public static final NodeSet ALL = new NodeSet(-1L);

    public static NodeSet of(int... nodes) {
        long bits = 0;
        for (int node : nodes) {
            bits |= bit(node);
        }
        return new NodeSet(bits);
    }

    private static long bit(int node) {
        if (node < 0 || node > 63) {
            throw MoraineException.caller(Errno.EINVAL, "node " + node + " is outside 0..63; a machine has at most 64");
        }
        return 1L << node;
    }

    public boolean contains(int node) {
        return node >= 0 && node < 64 && (bits >>> node & 1) != 0;
    }

    public boolean isEmpty() {
        return bits == 0;
    }

    /** {@return the lowest node, or -1 when empty} */
    public int first() {
        return bits == 0 ? -1 : Long.numberOfTrailingZeros(bits);
    }

    public NodeSet and(NodeSet other) {
        return new NodeSet(bits & other.bits);
    }

    public NodeSet or(NodeSet other) {
        return new NodeSet(bits | other.bits);
    }

    public NodeSet minus(NodeSet other) {
        return new NodeSet(bits & ~other.bits);
    }

    public IntStream stream() {
        return IntStream.range(0, 64).filter(this::contains);
    }

    @Override
    public String toString() {
        return stream().mapToObj(Integer::toString).collect(java.util.stream.Collectors.joining(",", "{", "}"));
    }
}

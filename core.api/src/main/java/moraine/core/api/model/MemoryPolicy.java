package moraine.core.api.model;

import java.util.Locale;

/**
 * A memory policy: where new pages come from, as {@code set_mempolicy} and {@code mbind} take it (Linux
 * admin-guide/mm/numa_memory_policy.rst). The scopes are a range, else the task, else the space, else the system, whose
 * policy is {@link Mode#LOCAL}. Nodes that the tenant may not use, or that the placement policy does not offer to
 * applications, are left out; where none remains when a page is made, the policy is dormant and the next scope's holds.
 *
 * @param mode how the nodes are meant
 * @param nodes the nodes, empty for {@link Mode#DEFAULT} and {@link Mode#LOCAL}
 * @param flag what becomes of the nodes when the tenant's nodes change
 * @param home node at which {@link Mode#BIND} and {@link Mode#PREFERRED_MANY} begin to look, by its distances, or -1
 *     for that of the processor that touches (Linux set_mempolicy_home_node)
 */
public record MemoryPolicy(Mode mode, NodeSet nodes, Flag flag, int home) {
    /** No policy of its own: the next scope's holds. */
    public static final MemoryPolicy DEFAULT = new MemoryPolicy(Mode.DEFAULT, NodeSet.EMPTY);
    /** The node of the processor that touches first, then by the zonelist, whatever wider scopes say. */
    public static final MemoryPolicy LOCAL = new MemoryPolicy(Mode.LOCAL, NodeSet.EMPTY);

    /** How a set of nodes directs an allocation. */
    public enum Mode {
        DEFAULT,
        LOCAL,
        /** These nodes only, the nearest first; when they are full the fault fails. */
        BIND,
        /** The first of these nodes if it has room, else by that node's zonelist. */
        PREFERRED,
        /** These nodes, the nearest first, else as by default. */
        PREFERRED_MANY,
        /** Page after page the next of these nodes, by page index within the memory that is mapped. */
        INTERLEAVE,
        /** As {@link #INTERLEAVE}, each node as often in turn as its weight says. */
        WEIGHTED_INTERLEAVE
    }

    /** What the nodes are relative to. */
    public enum Flag {
        /**
         * Nodes that leave the tenant's set are replaced by those that take their place in it; a device's memory is
         * never a replacement.
         */
        NONE,
        /** The nodes as given, as far as the tenant may use them (MPOL_F_STATIC_NODES). */
        STATIC_NODES,
        /** Positions within the nodes that the tenant may use, modulo their number (MPOL_F_RELATIVE_NODES). */
        RELATIVE_NODES
    }

    public MemoryPolicy {
        if (takesNodes(mode) == nodes.isEmpty()) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "memory policy " + mode + " with nodes " + nodes
                            + "; DEFAULT and LOCAL take no nodes, the others at least one");
        }
        if (flag != Flag.NONE && !takesNodes(mode)) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "memory policy " + mode + " with flag " + flag + ", which is about nodes; leave it out");
        }
        if (home != -1 && mode != Mode.BIND && mode != Mode.PREFERRED_MANY) {
            throw MoraineException.caller(
                    Errno.EOPNOTSUPP,
                    "memory policy " + mode + " with home node " + home + "; BIND and PREFERRED_MANY have one");
        }
        if (home < -1 || home > 63) {
            throw MoraineException.caller(Errno.EINVAL, "home node " + home + " is outside 0..63; -1 is none");
        }
    }

    public MemoryPolicy(Mode mode, NodeSet nodes) {
        this(mode, nodes, Flag.NONE, -1);
    }

    private static boolean takesNodes(Mode mode) {
        return mode != Mode.DEFAULT && mode != Mode.LOCAL;
    }

    public static MemoryPolicy bind(int... nodes) {
        return new MemoryPolicy(Mode.BIND, NodeSet.of(nodes));
    }

    public static MemoryPolicy preferred(int node) {
        return new MemoryPolicy(Mode.PREFERRED, NodeSet.of(node));
    }

    public static MemoryPolicy preferredMany(int... nodes) {
        return new MemoryPolicy(Mode.PREFERRED_MANY, NodeSet.of(nodes));
    }

    public static MemoryPolicy interleave(int... nodes) {
        return new MemoryPolicy(Mode.INTERLEAVE, NodeSet.of(nodes));
    }

    public static MemoryPolicy weightedInterleave(int... nodes) {
        return new MemoryPolicy(Mode.WEIGHTED_INTERLEAVE, NodeSet.of(nodes));
    }

    public MemoryPolicy with(Flag other) {
        return new MemoryPolicy(mode, nodes, other, home);
    }

    public MemoryPolicy home(int node) {
        return new MemoryPolicy(mode, nodes, flag, node);
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** {@return it as people write it: mode, nodes, and what is not usual} */
    @Override
    public String toString() {
        return words(mode)
                + (nodes.isEmpty() ? "" : " " + nodes)
                + (flag == Flag.NONE ? "" : " " + words(flag))
                + (home < 0 ? "" : " home " + home);
    }
}

package moraine.core.api.model;

/**
 * A memory policy of a range, as set by {@code mbind}: where future pages may come from.
 *
 * @param mode how the nodes are meant
 * @param nodes the nodes, empty for {@link Mode#DEFAULT}
 */
public record Binding(Mode mode, NodeSet nodes) {
    /** Local node first, then by the zonelist. */
    public static final Binding DEFAULT = new Binding(Mode.DEFAULT, NodeSet.EMPTY);

    /** How a set of nodes restricts an allocation. */
    public enum Mode {
        DEFAULT,
        /** Only these nodes; when they are full the fault fails. */
        BIND,
        /** The first of these nodes if it has room, else as by default. */
        PREFERRED
    }

    public Binding {
        if ((mode == Mode.DEFAULT) != nodes.isEmpty()) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "binding " + mode + " with nodes " + nodes + "; DEFAULT takes no nodes, the others at least one");
        }
    }

    public static Binding bind(int... nodes) {
        return new Binding(Mode.BIND, NodeSet.of(nodes));
    }

    public static Binding preferred(int node) {
        return new Binding(Mode.PREFERRED, NodeSet.of(node));
    }
}

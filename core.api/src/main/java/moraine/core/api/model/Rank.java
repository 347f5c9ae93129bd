package moraine.core.api.model;

/** By which figure of its edges memory is better than other memory. No one number ranks nodes for all. */
public enum Rank {
    /** Unloaded latency. */
    LATENCY,
    /** The narrower direction. */
    BANDWIDTH;

    /** {@return a figure that is smaller where the memory is better} */
    public double cost(AccessEdge edge) {
        return switch (this) {
            case LATENCY -> edge.latency().value();
            case BANDWIDTH -> 1 / Math.min(edge.read().value(), edge.write().value());
        };
    }
}

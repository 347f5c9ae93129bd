package moraine.sim.time;

import java.util.stream.IntStream;

/** Loads of all directions between nodes, and the copy engines of devices. */
final class Links {
    private final Figures figures;
    private final LinkLoad[] between;
    private final LinkLoad[] ownWrites;
    /** When each engine of each node is free. */
    private final double[][] engineFreeNs;

    Links(Figures figures) {
        this.figures = figures;
        int nodes = figures.nodes();
        double windowNs = figures.loadWindowNs();
        between = IntStream.range(0, nodes * nodes)
                .mapToObj(i -> new LinkLoad(windowNs))
                .toArray(LinkLoad[]::new);
        ownWrites =
                IntStream.range(0, nodes).mapToObj(i -> new LinkLoad(windowNs)).toArray(LinkLoad[]::new);
        engineFreeNs = new double[nodes][figures.copyEngines()];
    }

    /** {@return the direction in which an access moves data} */
    LinkLoad access(int initiator, int node, boolean write) {
        if (initiator == node) {
            return write ? ownWrites[node] : between(node, node);
        }
        return write ? between(initiator, node) : between(node, initiator);
    }

    LinkLoad between(int from, int to) {
        return between[from * figures.nodes() + to];
    }

    /**
     * {@return when the first of the engines that serve a copy is free; at once between nodes without a device}
     *
     * @param most how many engines may take part
     */
    double engineFreeNs(int from, int to, int most) {
        int owner = owner(from, to);
        return owner < 0 ? 0 : engineFreeNs[owner][earliest(owner, most)];
    }

    /** Books the engine that {@link #engineFreeNs} meant. */
    void engineBusy(int from, int to, int most, double untilNs) {
        int owner = owner(from, to);
        if (owner >= 0) {
            engineFreeNs[owner][earliest(owner, most)] = untilNs;
        }
    }

    private int owner(int from, int to) {
        if (figures.isDevice(to)) {
            return to;
        }
        return figures.isDevice(from) ? from : -1;
    }

    private int earliest(int owner, int most) {
        double[] free = engineFreeNs[owner];
        int best = 0;
        for (int i = 1; i < Math.min(most, free.length); i++) {
            best = free[i] < free[best] ? i : best;
        }
        return best;
    }
}

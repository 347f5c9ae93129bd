package moraine.sim.time;

/** Nanoseconds by what they went into. */
final class SpentTimes {
    private final double[] ns = new double[Spent.values().length];

    void add(Spent kind, double more) {
        ns[index(kind)] += more;
    }

    double ns(Spent kind) {
        return ns[index(kind)];
    }

    @SuppressWarnings("EnumOrdinal") // a map would box on every charge
    private static int index(Spent kind) {
        return kind.ordinal();
    }
}

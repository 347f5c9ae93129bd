package moraine.sim.time;

/**
 * How a program's elapsed time divides into what it was spent on. Actors overlap, so their own times add up to more
 * than elapsed; here each nanosecond belongs to the actor that covered it first, so that the parts add up to the whole.
 * Daemons cover none of it: what the program waits for them is a stall.
 */
public final class Timeline {
    private final SpentTimes spent = new SpentTimes();
    private double frontierNs;

    /** Books the part of an interval that lies beyond everything booked so far. */
    void cover(Spent kind, double fromNs, double untilNs) {
        if (untilNs > frontierNs) {
            spent.add(kind, untilNs - Math.max(fromNs, frontierNs));
            if (fromNs > frontierNs) {
                spent.add(Spent.STALL, fromNs - frontierNs);
            }
            frontierNs = untilNs;
        }
    }

    public double elapsedNs() {
        return frontierNs;
    }

    public double spentNs(Spent kind) {
        return spent.ns(kind);
    }
}

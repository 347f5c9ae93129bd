package moraine.sim.time;

/** The virtual time of one actor and what it went into. */
public final class Account {
    private final String name;
    private final Timeline timeline;
    private final SpentTimes spent = new SpentTimes();
    private double nowNs;

    Account(String name, Timeline timeline, double startNs) {
        this.name = name;
        this.timeline = timeline;
        this.nowNs = startNs;
    }

    public String name() {
        return name;
    }

    /** {@return what its time is part of} */
    Timeline timeline() {
        return timeline;
    }

    public double nowNs() {
        return nowNs;
    }

    public double spentNs(Spent kind) {
        return spent.ns(kind);
    }

    /** Lets time pass for the actor. */
    void spend(Spent kind, double ns) {
        double from = nowNs;
        nowNs += ns;
        spent.add(kind, ns);
        timeline.cover(kind, from, nowNs);
    }

    /** Lets the actor wait until a time, if that is still to come. */
    void waitUntil(double timeNs) {
        if (timeNs > nowNs) {
            spend(Spent.STALL, timeNs - nowNs);
        }
    }
}

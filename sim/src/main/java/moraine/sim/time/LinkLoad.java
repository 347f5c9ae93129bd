package moraine.sim.time;

import java.util.Arrays;

/**
 * One direction of a link: how much of each window of time is booked for transfers. A window of W ns carries W ns of
 * transfer at full bandwidth, whoever books them and in whatever order; what does not fit goes into the windows after
 * it. So all initiators together never move more than the bandwidth, although actors run ahead of one another by up to
 * a step.
 *
 * <p>Utilisation u = booked / W, the larger of the present window and the one before.
 */
final class LinkLoad {
    /** Windows that are remembered; a transfer that reaches further is booked no further. */
    private static final int WINDOWS = 1 << 10;

    private final double windowNs;
    private final double[] bookedNs = new double[WINDOWS];
    /** Which window a slot holds. */
    private final long[] window = new long[WINDOWS];

    private double freeNs;

    /** The window used last, so that runs of accesses divide nothing; none at first. */
    private long lastWindow;

    private double lastFromNs;
    private double lastUntilNs;

    LinkLoad(double windowNs) {
        this.windowNs = windowNs;
        Arrays.fill(window, -1);
    }

    /** Books a transfer that begins at a time or later. @return when it ends */
    double book(double atNs, double transferNs) {
        long first = window(atNs);
        double left = transferNs;
        for (long at = first; at < first + WINDOWS; at++) {
            int slot = slot(at);
            double room = windowNs - bookedNs[slot];
            if (left <= room) {
                bookedNs[slot] += left;
                double unhindered = atNs + transferNs;
                return at == first ? unhindered : Math.max(unhindered, at * windowNs + bookedNs[slot]);
            }
            bookedNs[slot] = windowNs;
            left -= room;
        }
        return (first + WINDOWS) * windowNs + left;
    }

    double utilisation(double atNs) {
        long now = window(atNs);
        double before = now == 0 ? 0 : bookedNs[slot(now - 1)];
        return Math.max(bookedNs[slot(now)], before) / windowNs;
    }

    private long window(double atNs) {
        if (atNs < lastFromNs || atNs >= lastUntilNs) {
            lastWindow = (long) (atNs / windowNs);
            lastFromNs = lastWindow * windowNs;
            lastUntilNs = lastFromNs + windowNs;
        }
        return lastWindow;
    }

    private int slot(long at) {
        int slot = (int) at & (WINDOWS - 1);
        if (window[slot] < at) {
            window[slot] = at;
            bookedNs[slot] = 0;
        }
        return slot;
    }

    /** {@return when the last copy in this direction ends} */
    double freeNs() {
        return freeNs;
    }

    void busyUntil(double timeNs) {
        freeNs = timeNs;
    }
}

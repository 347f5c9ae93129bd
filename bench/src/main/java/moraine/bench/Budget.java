package moraine.bench;

import java.util.Locale;

/**
 * What a figure is allowed to be.
 *
 * @param most whether the limit is the largest that is allowed, not the smallest
 * @param limit inclusive
 * @param unit of figure and limit
 */
record Budget(boolean most, double limit, String unit) {
    /** A time as a multiple of another. */
    static Budget atMostTimes(double limit) {
        return new Budget(true, limit, "x");
    }

    /** A throughput as a multiple of another. */
    static Budget atLeastTimes(double limit) {
        return new Budget(false, limit, "x");
    }

    boolean heldBy(double figure) {
        return most ? figure <= limit : figure >= limit;
    }

    String text() {
        return (most ? "<= " : ">= ") + text(limit);
    }

    String text(double figure) {
        return String.format(Locale.ROOT, "%.4g %s", figure, unit).strip();
    }
}

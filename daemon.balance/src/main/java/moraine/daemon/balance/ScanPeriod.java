package moraine.daemon.balance;

/**
 * How often hints are planted, by what the last ones told (Linux update_task_scan_period): rarely where pages are where
 * they should be, or where nodes use them in turns, so that they stay; more often where they are far from who uses
 * them.
 */
final class ScanPeriod {
    /** Parts that a period and a share are counted in. */
    private static final int SLOTS = 10;
    /** Slots of touches that change nothing from which on planting becomes rarer. */
    private static final int ENOUGH = 7;

    private final long leastNs;
    private final long mostNs;
    private long periodNs;
    private long settled;
    private long touches;
    private boolean failed;

    ScanPeriod(long leastNs, long mostNs) {
        this.leastNs = leastNs;
        this.mostNs = mostNs;
        this.periodNs = leastNs;
    }

    long ns() {
        return periodNs;
    }

    /** Takes a touch in; of a page that is settled, or one that may have to move. */
    void touched(boolean isSettled) {
        settled += isSettled ? 1 : 0;
        touches++;
    }

    /** Takes in that a page could not be moved. */
    void failed() {
        failed = true;
    }

    /** Ends a period, and makes the next one as long as what was seen in it deserves. */
    void adapt() {
        if (failed || touches == 0) {
            periodNs = Math.min(2 * periodNs, mostNs);
        } else {
            long slots = settled * SLOTS / touches - ENOUGH;
            long slotNs = (periodNs + SLOTS - 1) / SLOTS;
            periodNs = Math.clamp(periodNs + (slots == 0 ? 1 : slots) * slotNs, leastNs, mostNs);
        }
        settled = 0;
        touches = 0;
        failed = false;
    }
}

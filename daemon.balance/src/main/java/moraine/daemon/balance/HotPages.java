package moraine.daemon.balance;

/**
 * Which pages are promoted into one node. While it has plenty of room, all that are used; then those that are touched
 * soon after their hint, and no more a second than a limit. The threshold follows the limit: with more candidates than
 * that, a page has to be hotter (Linux numa_promotion_adjust_threshold, numa_promotion_rate_limit).
 */
final class HotPages {
    /** Steps of the threshold from nothing to twice the usual one. */
    private static final int STEPS = 16;
    /** A part of a second over which the limit holds. */
    private static final int PARTS = 10;

    private static final long SECOND_NS = 1_000_000_000L;

    private final long usualNs;
    private final long windowNs;
    private final long pagesASecond;
    private long thresholdNs;
    private long candidates;
    private long windowStartNs;
    private long windowStart;
    private long limitStartNs;
    private long limitStart;

    /**
     * Makes one.
     *
     * @param usualNs threshold to begin with
     * @param windowNs after which it is looked at again
     */
    HotPages(long usualNs, long windowNs, long pagesASecond, long nowNs) {
        this.usualNs = usualNs;
        this.windowNs = windowNs;
        this.pagesASecond = pagesASecond;
        this.thresholdNs = usualNs;
        this.windowStartNs = nowNs;
        this.limitStartNs = nowNs;
    }

    long thresholdNs() {
        return thresholdNs;
    }

    /**
     * {@return whether a page that was touched is to be promoted}
     *
     * @param latencyNs from hint to touch
     * @param plenty whether the node has plenty of room
     */
    boolean take(long latencyNs, int pages, boolean plenty, long nowNs) {
        if (plenty) {
            thresholdNs = usualNs;
            return true;
        }
        adjust(nowNs);
        if (latencyNs >= thresholdNs) {
            return false;
        }
        candidates += pages;
        if (nowNs - limitStartNs >= SECOND_NS / PARTS) {
            limitStartNs = nowNs;
            limitStart = candidates - pages;
        }
        return candidates - limitStart <= Math.max(1, pagesASecond / PARTS);
    }

    private void adjust(long nowNs) {
        long passedNs = nowNs - windowStartNs;
        if (passedNs < windowNs) {
            return;
        }
        double wanted = (double) pagesASecond * passedNs / SECOND_NS;
        long seen = candidates - windowStart;
        long stepNs = Math.max(1, 2 * usualNs / STEPS);
        if (seen > wanted * 11 / 10) {
            thresholdNs = Math.max(thresholdNs - stepNs, stepNs);
        } else if (seen < wanted * 9 / 10) {
            thresholdNs = Math.min(thresholdNs + stepNs, 2 * usualNs);
        }
        windowStartNs = nowNs;
        windowStart = candidates;
    }
}
